#include "cli/login_command.h"

#include "cli/client.h"
#include "cli/files.h"
#include "eidkern/lab.h"

namespace eidkern::cli
{

static ExitCode run(Client& client, const std::string& url, bool self)
{
    return client.run(Text::Cancelling, [&](Engine& engine, Engine::Handler handler) {
        self ? engine.selfAuthenticate(url, std::move(handler)) : engine.authenticate(url, std::move(handler));
    });
}

ExitCode login(const LoginOptions& options, const std::string& tcTokenUrl, bool selfAuthentication)
{
    if (!mayConsent(options)) return ExitCode::Usage;
    auto anchors = anchorsOf(options);
    const auto card = anchors ? cardOf(options.card, *anchors) : std::nullopt;
    if (!card) return ExitCode::Usage;
    const auto view = viewFor(options);
    const auto client = Client::make(options, std::move(*anchors), *card, *view);
    return client ? run(*client, tcTokenUrl, selfAuthentication) : ExitCode::Usage;
}

ExitCode demo(LoginOptions options, const std::string& personaFile)
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

} // namespace eidkern::cli
