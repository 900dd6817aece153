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

} // namespace

ExitCode serve(LoginOptions options, const PortOptions& port)
{
    const auto identity = identityOf(port);
    if (!identity || !makeAutomatic(options, port, *identity)) return ExitCode::Usage;
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

} // namespace eidkern::cli
