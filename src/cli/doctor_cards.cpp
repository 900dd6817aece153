#include "cli/doctor_cards.h"

#include <QTimer>
#include <algorithm>
#include <optional>

#include "cli/card_text.h"
#include "cli/failure_text.h"
#include "cli/printable.h"
#include "cli/reader_json.h"
#include "eidkern/readers.h"
#include "eidkern/return_codes.h"

namespace eidkern::cli
{

namespace
{

constexpr int limit = 1000; // ms, of the survey and of the look at a card

Check serviceCheck(const PcscSurvey& seen, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    Check check{.id = "pcsc", .label = "PC/SC", .health = Health::Failed, .says = {}, .area = ExitCode::Reader};
    static constexpr std::string_view ids[] = {"answers", "no-socket", "nobody-listens", "not-allowed", "silent", "foreign"};
    const auto protocol = std::to_string(seen.protocolMajor) + ":" + std::to_string(seen.protocolMinor);
    check.facts.insert(u"service", q(ids[std::size_t(seen.service)]));
    check.facts.insert(u"socket", q(seen.socket));
    if (seen.protocolMajor > 0) check.facts.insert(u"protocol", q(protocol));
    const std::string start = "systemctl start pcscd.socket";
    switch (seen.service)
    {
        case PcscService::Answers:
            check.health = Health::Good;
            check.says = in({"pcscd antwortet, Protokoll ", "pcscd answers, protocol "}) + protocol;
            break;
        case PcscService::NoSocket:
            check.says = in({"pcscd läuft nicht", "pcscd is not running"}) + " (" + printableLine(seen.socket) + ")";
            check.next = start + in({"   (Paket pcscd)", "   (package pcscd)"});
            break;
        case PcscService::NobodyListens:
            check.says = in({"pcscd ist beendet; sein Socket ist noch da", "pcscd has ended; its socket is still there"}) + " (" + printableLine(seen.socket)
                       + ")";
            check.next = start;
            break;
        case PcscService::NotAllowed:
            check.says = in({"dieser Benutzer darf pcscd nicht benutzen", "this user may not use pcscd"}) + " (" + printableLine(seen.socket) + ")";
            check.next = in({"Rechte des Sockets und Regeln von polkit prüfen (Aktion org.debian.pcsc-lite.access_pcsc)",
                             "look at the rights of the socket and at the rules of polkit (action org.debian.pcsc-lite.access_pcsc)"});
            break;
        case PcscService::Silent:
            check.says = in({"pcscd nimmt die Verbindung an und antwortet nicht", "pcscd takes the connection and does not answer"});
            check.next = "systemctl restart pcscd.service";
            break;
        case PcscService::Foreign:
            check.facts.insert(u"code", q(scardText(seen.code)));
            check.says = in({"pcscd weist uns ab: ", "pcscd refuses us: "}) + scardText(seen.code) + in({", Protokoll ", ", protocol "}) + protocol;
            check.next = "eidkern scard " + scardText(seen.code).substr(0, scardText(seen.code).find(' '));
            break;
    }
    return check;
}

Check readerCheck(const SurveyedReader& reader, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    Check check{.id = "reader",
                .label = in({"Lesegerät", "Reader"}),
                .says = printableLine(reader.name) + ": " + textOf(reader.features, language),
                .area = ExitCode::Reader};
    if (!reader.vendor.empty() || !reader.driverVersion.empty())
        check.says += in({"; Treiber: ", "; driver: "}) + printableLine(reader.vendor + (reader.vendor.empty() ? "" : " ") + reader.driverVersion);
    check.facts = {{QStringLiteral("name"), q(reader.name)},
                   {QStringLiteral("vendor"), q(reader.vendor)},
                   {QStringLiteral("driverVersion"), q(reader.driverVersion)},
                   {QStringLiteral("card"), reader.card},
                   {QStringLiteral("mute"), reader.mute},
                   {QStringLiteral("exclusive"), reader.exclusive},
                   {QStringLiteral("features"), featuresJson(reader.features)}};
    if (reader.code != 0) check.facts.insert(u"code", q(scardText(reader.code)));
    const auto warn = [&check](const std::string& says, const std::string& next) {
        check.health = Health::Warning;
        check.says = says;
        check.next = next;
    };
    const auto name = printableLine(reader.name);
    if (reader.exclusive || reader.code == 0x8010000B)
        warn(name + in({": ein anderes Programm benutzt es gerade", ": another program is using it"}),
             in({"Das andere Programm beenden (AusweisApp, Browser-Erweiterung, gpg-agent)",
                 "end the other program (AusweisApp, browser extension, gpg-agent)"}));
    else if (reader.code != 0)
        warn(name + ": " + scardText(reader.code), "eidkern scard " + scardText(reader.code).substr(0, scardText(reader.code).find(' ')));
    else if (reader.mute)
        warn(name + in({": die Karte antwortet nicht", ": the card does not respond"}),
             in({"Karte anders herum oder neu auflegen", "turn the card around or put it on again"}));
    return check;
}

std::optional<CardLook> looked()
{
    std::optional<CardLook> seen;
    QEventLoop loop;
    const CardLooker looker({}, [&](const CardLook& look) {
        seen = look;
        loop.quit();
    });
    QTimer::singleShot(limit, &loop, &QEventLoop::quit);
    loop.exec();
    return seen;
}

Check cardCheck(Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    Check check{.id = "card", .label = in({"Karte", "Card"}), .health = Health::Failed, .says = {}, .area = ExitCode::Card};
    const auto look = looked();
    if (!look)
    {
        check.says = in({"antwortet nicht innerhalb einer Sekunde", "does not answer within a second"});
        check.next = in({"Karte neu auflegen", "put the card on again"});
        return check;
    }
    check.facts.insert(u"reader", q(look->reader));
    if (look->result != LookResult::Recognised)
    {
        check.health = look->result == LookResult::NoCard ? Health::Warning : Health::Failed;
        check.says = textOf(*look, language);
        if (look->result == LookResult::NotReachable && look->last.code != 0)
            check.next = "eidkern scard " + scardText(look->last.code).substr(0, scardText(look->last.code).find(' '));
        return check;
    }
    check.facts.insert(u"type", q(look->type));
    check.facts.insert(u"deactivated", look->deactivated);
    check.facts.insert(u"triesLeft", look->triesLeft);
    check.health = look->deactivated || look->triesLeft == 0 ? Health::Failed : look->triesLeft < 3 ? Health::Warning : Health::Good;
    check.says = look->type + ", "
               + in(look->deactivated ? Texts{"Online-Funktion ausgeschaltet", "online function switched off"}
                                      : Texts{"Online-Funktion eingeschaltet", "online function switched on"})
               + in({", PIN-Versuche: ", ", PIN tries: "}) + std::to_string(look->triesLeft);
    if (look->deactivated) check.next = "eidkern failure Connect_Card_Eid_Inactive";
    else if (look->triesLeft == 0)
        check.next = in({"Die PIN ist gesperrt: bei der Anmeldung die PUK eingeben", "the PIN is blocked: enter the PUK in the login"});
    else if (look->triesLeft == 1)
        check.next = in({"Vor dem letzten Versuch wird die CAN gefragt (sechs Ziffern vorn auf der Karte)",
                         "before the last try the CAN is asked (six digits on the front of the card)"});
    return check;
}

} // namespace

CardChecks::CardChecks()
    : surveyor_([this](const PcscSurvey& now) {
          seen_ = now;
          if (now.complete) loop_.quit();
      })
{
    seen_.service = PcscService::Silent; // until something is told
    since_.start();
}

std::vector<Check> CardChecks::finish(Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    if (!seen_.complete)
    {
        QTimer::singleShot(std::max(1, limit - int(since_.elapsed())), &loop_, &QEventLoop::quit);
        loop_.exec();
    }
    const auto& seen = seen_;
    std::vector<Check> checks{serviceCheck(seen, language)};
    if (seen.service != PcscService::Answers) return checks;
    for (const auto& reader : seen.readers) checks.push_back(readerCheck(reader, language));
    if (!seen.complete)
        checks.push_back({.id = "reader",
                          .label = in({"Lesegerät", "Reader"}),
                          .health = Health::Warning,
                          .says = in({"eines antwortet nicht: ein anderes Programm hält es fest", "one does not answer: another program holds on to it"}),
                          .next = in({"Das andere Programm beenden (AusweisApp, Browser-Erweiterung, gpg-agent)",
                                      "end the other program (AusweisApp, browser extension, gpg-agent)"}),
                          .area = ExitCode::Reader});
    else if (seen.readers.empty())
        checks.push_back({.id = "reader",
                          .label = in({"Lesegerät", "Reader"}),
                          .health = Health::Warning,
                          .says = in({"keines", "none"}),
                          .next = in({"Eines anschließen; fehlt es dann noch, fehlt sein Treiber (Paket libccid, oder vom Hersteller)",
                                      "connect one; if it is still missing, its driver is (package libccid, or the vendor's)"}),
                          .area = ExitCode::Reader});
    const auto usable = [](const SurveyedReader& each) { return each.card && !each.mute && !each.exclusive && each.code == 0; };
    if (seen.complete && std::ranges::any_of(seen.readers, usable)) checks.push_back(cardCheck(language));
    else if (seen.complete && !seen.readers.empty() && std::ranges::none_of(seen.readers, &SurveyedReader::card))
        checks.push_back({.id = "card",
                          .label = in({"Karte", "Card"}),
                          .health = Health::Warning,
                          .says = in({"keine auf einem Lesegerät", "none on a reader"}),
                          .next = in({"Den Ausweis auflegen", "put the ID card on"}),
                          .area = ExitCode::Card});
    return checks;
}

} // namespace eidkern::cli
