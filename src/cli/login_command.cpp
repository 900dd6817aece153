#include "cli/login_command.h"

#include "cli/client.h"
#include "cli/files.h"
#include "eidkern/lab.h"

namespace eidkern::cli
{

namespace
{

ExitCode run(Client& client, const std::string& url, bool self)
{
    return client.run(Text::Cancelling, [&](Engine& engine, Engine::Handler handler) {
        self ? engine.selfAuthenticate(url, std::move(handler)) : engine.authenticate(url, std::move(handler));
    });
}

ExitCode login(LoginOptions& options, const std::string& tcTokenUrl, bool selfAuthentication)
{
    chooseCard(options);
    if (!mayConsent(options)) return ExitCode::Usage;
    auto anchors = anchorsOf(options);
    const auto card = anchors && !anchors->empty() ? cardOf(options.card, *anchors) : std::nullopt;
    if (!card) return ExitCode::Usage;
    const auto view = viewFor(options);
    const auto client = Client::make(options, std::move(*anchors), *card, *view);
    return client ? run(*client, tcTokenUrl, selfAuthentication) : ExitCode::Usage;
}

ExitCode demo(LoginOptions& options, const std::string& personaFile) // no file: the card of the options
{
    if (!interactive() && !options.card.starts_with("pcsc")) options.consent = Consent::Auto;
    if (!personaFile.empty()) options.card = "sim:" + personaFile;
    if (!mayConsent(options)) return ExitCode::Usage;
    LabSettings settings;
    settings.requiredRights = {"FamilyName", "GivenNames", "DateOfBirth", "Address"};
    settings.optionalRights = {"BirthName", "DoctoralDegree", "PlaceOfBirth", "Nationality", "DocumentType", "ValidUntil", "IssuingCountry", "AgeVerification"};
    settings.requiredAge = 18;
    const auto lab = PublicLab::start(settings);
    if (!lab) return complain("the lab does not start: " + lab.error()), ExitCode::Internal;
    auto anchors = trustAnchorsOf(options.cvcaFiles);
    if (!anchors) return ExitCode::Usage;
    const auto root = (*lab)->cvca();
    anchors->push_back(TrustAnchor::parse(root).value());
    const auto card = cardOf(options.card, {anchors->back()});
    if (!card) return ExitCode::Usage;

    const auto view = viewFor(options);
    const auto client = Client::make(options, std::move(*anchors), *card, *view);
    if (!client) return ExitCode::Usage;
    view->say(text(Text::DemoIntro, options.language));
    if (!interactive()) view->say(text(Text::DemoUnattended, options.language));
    view->say("");
    return run(*client, (*lab)->selfAuthUrl(), true);
}

struct Options
{
    LoginOptions login;
    std::string url, persona;
};

} // namespace

void addDemoCommand(CLI::App& app, ExitCode& result)
{
    const auto options = std::make_shared<Options>();
    options->login.card = "sim";
    auto* command = app.add_subcommand("demo", "a complete login: own lab, simulated card, real cryptography");
    addLoginOptions(*command, options->login);
    command->add_option("--persona", options->persona, "whose card is simulated: built-in name or JSON file (see resources/personas)")->type_name("NAME|FILE");
    command->callback([options, &result] { result = demo(options->login, options->persona); });
}

void addLoginCommands(CLI::App& app, ExitCode& result)
{
    const auto add = [&](const char* name, const char* about, bool selfAuthentication) {
        const auto options = std::make_shared<Options>();
        auto* command = app.add_subcommand(name, about);
        command->add_option("URL", options->url, "tcTokenURL of the service")->required();
        addLoginOptions(*command, options->login);
        command->callback([options, selfAuthentication, &result] { result = login(options->login, options->url, selfAuthentication); });
    };
    add("self-auth", "read one's own data through a self-authentication service", true);
    add("auth", "log in at a service and print where the browser is to go", false);
}

} // namespace eidkern::cli
