#include "cli/serve_command.h"

#include <QEventLoop>
#include <unistd.h>

#include "cli/client.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/own_file.h"
#include "eidkern/activation.h"
#include "eidkern/port_owner.h"

namespace eidkern::cli
{

namespace
{

struct PortOptions
{
    std::uint16_t port = ActivationServer::usualPort; // 0: any free one
    std::vector<std::string> addresses;
    std::string origins;
    bool anyUser = false;
    std::string tokenFile;
    std::string compat; // "ausweisapp", or empty
    bool automatic = false;
    std::vector<std::string> automaticFor;
    bool multi = false;
    bool basicReader = false;
};

std::string describe(const PortOwner& owner)
{
    const auto name = owner.name.empty() ? std::string("a program that does not answer as an eID client does") : owner.name + " " + owner.version;
    return owner.process ? name + " (process " + std::to_string(*owner.process) + ", " + owner.command + ")" : name;
}

ExitCode explain(const ActivationServer::Fault& fault, std::uint16_t port)
{
    using Kind = ActivationServer::Fault::Kind;
    const auto where = "port " + std::to_string(port) + " of this machine";
    if (fault.kind == Kind::Settings) return complain(fault.detail), ExitCode::Usage;
    if (fault.kind == Kind::System) return complain(where + " cannot be used: " + fault.detail), ExitCode::Port;
    complain(where + " belongs to " + describe(portOwner(port).value_or(PortOwner())) + ". End that one first"
             + (port == ActivationServer::usualPort ? "; services expect the eID client at this port." : ", or choose another port with --port."));
    return ExitCode::Port;
}

std::optional<Identity> identityOf(const PortOptions& port)
{
    const auto compat = port.compat.empty() ? environmentOf(ownIdentity(), "COMPAT").value_or("") : port.compat;
    if (compat.empty()) return ownIdentity();
    if (compat == "ausweisapp") return ausweisAppIdentity();
    return complain("EIDKERN_COMPAT=" + compat + ": ausweisapp is all there is"), std::nullopt;
}

// With --automatic: who answers then, written into `options`. False: it has been said what is wrong.
bool makeAutomatic(LoginOptions& options, const PortOptions& port, const Identity& identity)
{
    std::vector<std::string> origins;
    for (const auto& each : port.automaticFor)
    {
        auto origin = originOf(each);
        if (!origin) return complain("--for " + each + ": the origin of a service is needed, for example https://service.example"), false;
        origins.push_back(std::move(*origin));
    }
    if (!port.automatic) return origins.empty() || (complain("--for goes with --automatic"), false);
    options.automatic = std::make_shared<Automatic>(Automatic::fromEnvironment(identity, std::move(origins)));
    options.consent = Consent::Auto;
    options.developerMode = options.developerMode || options.automatic->developerMode;
    if (!options.automatic->simulator.empty()) options.card = "sim:" + options.automatic->simulator;
    return true;
}

std::optional<ServerSettings> settingsOf(const PortOptions& port, Identity identity)
{
    ServerSettings settings{.port = port.port, .addresses = port.addresses, .origins = port.origins, .anyUser = port.anyUser};
    if (settings.origins.empty()) settings.origins = environmentOf(identity, "WEBSOCKET_ORIGIN").value_or("");
    settings.identity = std::move(identity);
    if (port.tokenFile.empty()) return settings;
    auto token = tokenFrom(port.tokenFile);
    if (!token) return {};
    settings.token = std::move(*token);
    return settings;
}

JsonApiSettings apiOf(const LoginOptions& options, const PortOptions& port, const Surroundings& around, const std::vector<TrustAnchor>& anchors)
{
    JsonApiSettings api;
    api.trustAnchors = anchors;
    api.basicReader = port.basicReader;
    api.multi = port.multi;
    if (options.card.starts_with("sim:") && !SimulatedCard::builtInPersona(options.card.substr(4)).empty()) api.persona = options.card.substr(4);
    api.log = around.log;
    api.linkCertificates = linksOf(around.store.all());
    api.linkLearned = [store = around.store](const std::vector<std::uint8_t>& certificate) { store.keepLearned(certificate); };
    api.proxy = around.proxy;
    api.tlsProfile = options.tlsProfile;
    return api;
}

ExitCode serve(LoginOptions& options, const PortOptions& port)
{
    const auto identity = identityOf(port);
    if (!identity || !makeAutomatic(options, port, *identity)) return ExitCode::Usage;
    chooseCard(options);
    const bool local = options.consent == Consent::Auto || interactive(); // else applications alone can answer browsers
    if (local && !mayConsent(options)) return ExitCode::Usage;
    auto anchors = anchorsOf(options);
    auto settings = anchors ? settingsOf(port, *identity) : std::nullopt;
    auto around = settings ? Surroundings::of(options) : std::nullopt;
    if (!around) return ExitCode::Usage;
    auto api = apiOf(options, port, *around, *anchors);

    const auto view = viewFor(options);
    std::unique_ptr<Client> client;
    if (local)
    {
        const auto card = cardOf(options.card, *anchors);
        client = card ? Client::make(options, std::move(*around), std::move(*anchors), *card, *view) : nullptr;
        if (!client) return ExitCode::Usage;
    }

    QEventLoop loop;
    auto code = ExitCode::Success;
    bool leaving = false, left = false;
    const auto quitWhenDone = [&] {
        if (left && (!client || !client->engine().running())) loop.quit();
    };
    const auto server = ActivationServer::listen(std::move(*settings), std::move(api), client ? &client->engine() : nullptr, [&](Event& event) {
        if (client->handle(event) && leaving) quitWhenDone();
    });
    if (!server) return explain(server.error(), port.port);
    std::optional<OwnFile> portFile;
    const auto number = (*server)->port();
    if (number != ActivationServer::usualPort)
        portFile.emplace(temporaryPath(identity->portFilePrefix + "." + std::to_string(::getpid()) + ".port"), std::to_string(number));
    view->listening(number, (*server)->ipv6());
    const Interrupt interrupt([&](int times) {
        if (times > 1) code = ExitCode::Internal;
        if (times > 1 || std::exchange(leaving, true)) return loop.quit();
        if (client && client->engine().running()) client->cancel();
        (*server)->leave([&] {
            left = true;
            quitWhenDone();
        });
    });
    loop.exec();
    return code;
}

void addPortOptions(CLI::App& command, PortOptions& o)
{
    command.add_option("--port", o.port, "port on 127.0.0.1 and ::1; 0: any free one")->type_name("N")->check(CLI::Range(0, 65535))->capture_default_str();
    command.add_option("--address", o.addresses, "listen at this address instead; may be repeated. What is not loopback needs --token-file")
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
    command
        .add_option("--token-file", o.tokenFile,
                    "applications must send the token in this file (Authorization: Bearer ...), and so must all that does not come over loopback; a missing "
                    "file is made")
        ->type_name("FILE");
    command.add_option("--origin", o.origins, "regular expression for the whole origin of web pages that may connect as applications (default: none may)")
        ->type_name("REGEX");
    command.add_flag("--any-user", o.anyUser, "answer other users of this machine, too");
    command.add_option("--compat", o.compat, "names, port file and environment variables of another program, for applications that look for it")
        ->type_name("ausweisapp")
        ->check(CLI::IsMember({"ausweisapp"}).description(""));
    auto* automatic = command.add_flag("--automatic", o.automatic,
                                       "while no application is connected: grant browsers' logins everything, with passwords of the environment "
                                       "(EIDKERN_AUTOMATIC_PIN, _CAN, _PUK); with a real card only for --for");
    command.add_option("--for", o.automaticFor, "a service, by its origin, to which --automatic answers with a real card; may be repeated")
        ->type_name("ORIGIN")
        ->allow_extra_args(false)
        ->needs(automatic);
    command.add_flag("--multi", o.multi, "several applications at once, each with several workflows; their messages name a session");
    command.add_flag("--basic-reader", o.basicReader, "applications' simulated cards lie on a reader without keypad: passwords come from the application");
}

} // namespace

void addServeCommand(CLI::App& app, std::function<ExitCode()>& run)
{
    struct Options
    {
        PortOptions port;
        LoginOptions login;
    };
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("serve", "wait for browsers and applications (the AusweisApp's JSON API), until Ctrl-C");
    addPortOptions(*command, options->port);
    options->login.log.clear(); // the usual one
    addLoginOptions(*command, options->login);
    command->callback([options, &run] { run = [options] { return serve(options->login, options->port); }; });
}

} // namespace eidkern::cli
