// The checks of cryptography: curves, and a complete login with a lab in this process for each TLS profile.
#include <QEventLoop>
#include <QTimer>
#include <algorithm>

#include "cli/doctor.h"
#include "cli/failure_text.h"
#include "eidkern/capabilities.h"
#include "eidkern/engine.h"
#include "eidkern/lab.h"

namespace eidkern::cli
{

namespace
{

Check curveCheck(Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    Check check{.id = "curves", .label = in({"Kurven", "Curves"}), .says = cryptoLibrary()};
    std::string missing;
    bool needed = false; // from secp256r1 on they are in use; cards and services have the brainpool curves
    for (const auto& each : curveSupport())
    {
        if (each.available) continue;
        missing += (missing.empty() ? "" : ", ") + each.name;
        needed |= each.parameterId >= 12;
    }
    check.facts = {{QStringLiteral("library"), q(cryptoLibrary())}, {QStringLiteral("missing"), q(missing)}};
    check.says += missing.empty() ? in({", alle Kurven", ", all curves"}) : in({", es fehlen: ", ", missing: "}) + missing;
    if (missing.empty()) return check;
    check.health = needed ? Health::Failed : Health::Warning;
    check.next = in({"Ein OpenSSL mit diesen Kurven einsetzen (Debian hat alle)", "use an OpenSSL with these curves (Debian has all)"});
    return check;
}

std::string login(const PublicLab& lab, const std::string& profile) // empty: it worked; else why not
{
    const auto root = lab.cvca();
    const auto anchor = TrustAnchor::parse(root).value();
    const auto card = SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), {anchor}).value();
    Engine engine(EngineSettings{.trustAnchors = {anchor}, .cards = {card}, .log = {}, .tlsProfile = profile});
    QEventLoop loop;
    std::string outcome = "timeout";
    engine.selfAuthenticate(lab.selfAuthUrl(), [&](Event& event) {
        if (const auto* rights = std::get_if<RightsAsked>(&event)) engine.grant(rights->id, rights->optional);
        if (const auto* password = std::get_if<PasswordAsked>(&event)) engine.enter(password->id, Secret(card.pin()));
        if (const auto* end = std::get_if<WorkflowFinished>(&event))
        {
            outcome = end->failure ? std::string(name(end->failure->code)) : "";
            loop.quit();
        }
    });
    QTimer::singleShot(1000, &loop, &QEventLoop::quit);
    loop.exec();
    return outcome;
}

} // namespace

std::vector<Check> tlsChecks(Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    std::vector<Check> checks{curveCheck(language)};
    Check check{.id = "login", .label = in({"Selbsttest", "Self-test"}), .says = {}};
    const auto lab = PublicLab::start({});
    if (!lab)
    {
        check.health = Health::Failed;
        check.says = in({"das Labor startet nicht: ", "the lab does not start: "}) + lab.error();
        checks.push_back(std::move(check));
        return checks;
    }
    std::string good, bad;
    for (const auto& profile : tlsProfiles())
    {
        const auto failure = login(**lab, profile);
        check.facts.insert(q(profile), q(failure.empty() ? "success" : failure));
        auto& list = failure.empty() ? good : bad;
        list += (list.empty() ? "" : ", ") + profile + (failure.empty() ? "" : ": " + failure);
    }
    check.says = bad.empty() ? in({"Anmeldung mit simulierter Karte, TLS-Profile ", "login with a simulated card, TLS profiles "}) + good : bad;
    if (!bad.empty())
    {
        check.health = Health::Failed;
        const auto first = bad.substr(bad.find(": ") + 2);
        const auto code = first.substr(0, first.find(','));
        if (failureCode(code)) check.next = "eidkern failure " + code;
    }
    checks.push_back(std::move(check));
    return checks;
}

} // namespace eidkern::cli
