#include <algorithm>
#include <array>

#include "lab/labels.h"
#include "lab/pages.h"

namespace eidkern::lab
{

namespace
{

using pages::Mark, pages::button, pages::row, pages::sheet, pages::table, pages::verdict;

std::string tableSheet(const std::string& caption, const std::string& rows)
{
    return rows.empty() ? rows : "<div class=\"sheet\">" + table(rows, caption) + "</div>\n";
}

std::string inLines(const std::vector<std::string>& lines)
{
    std::string out;
    for (const auto& line : lines) out += (out.empty() ? "<bdi>" : "<br><bdi>") + escaped(line) + "</bdi>";
    return out;
}

std::string dataRows(const SessionRecord& record, Language language)
{
    std::string rows;
    for (const int group : shownGroups())
    {
        const auto file = record.dataGroups.find(group);
        const auto value = file == record.dataGroups.end() ? std::nullopt : readDataGroup(group, file->second.view());
        if (value) rows += row(labelOf(readRight(group), language), inLines(linesOf(group, *value, language)));
        else if (record.effective.has(readRight(group)))
            rows += row(labelOf(readRight(group), language),
                        "<span class=\"absent\">" + Said{"nicht auf dieser Karte", "not on this card"}.in(language) + "</span>");
    }
    if (!record.pseudonym.empty()) rows += row(labelOf(Right::RestrictedIdentification, language), "<code>" + toHex(record.pseudonym.view()) + "</code>");
    return rows;
}

std::string checkRows(const ServiceRequest& request, const SessionRecord& record, Language language)
{
    const bool german = language == Language::German;
    std::string rows;
    const auto add = [&](const std::string& label, std::optional<bool> passed) {
        if (!passed) return;
        const auto* answer = german ? (*passed ? "ja" : "nein") : (*passed ? "yes" : "no");
        rows += row(label, "<span class=\"answer " + std::string(*passed ? "good" : "bad") + "\">" + answer + "</span>");
    };
    const auto age = std::to_string(request.requiredAge.value_or(0)), community = toHex(request.communityId.value_or(Bytes()));
    add(german ? "Mindestens " + age + " Jahre alt" : "At least " + age + " years old", record.ageVerified);
    add((german ? "Gemeindeschlüssel beginnt mit " : "Community ID starts with ") + community, record.communityVerified);
    add(german ? "Ausweis ist noch gültig" : "Card has not expired", record.documentValid);
    return rows;
}

std::string refusedRows(const SessionRecord& record, Language language)
{
    std::string rows;
    const auto refused = record.offered - record.effective;
    const auto add = [&](Right right) {
        if (refused.has(right)) rows += "<li>" + labelOf(right, language) + "</li>";
    };
    for (const int group : shownGroups()) add(readRight(group));
    for (const auto right : {Right::RestrictedIdentification, Right::AgeVerification, Right::CommunityVerification}) add(right);
    if (rows.empty()) return rows;
    return sheet(Said{"Nicht freigegeben", "Not granted"}.in(language), "<ul class=\"tags\">" + rows + "</ul>\n");
}

struct Reason
{
    std::string_view ending; // of ResultMinor
    Said words;
};

constexpr std::array reasons{
    // TR-03124-1 2.5.2: what the client appends to the refresh address
    Reason{"trustedChannelEstablishmentFailed",
           {"Der eID-Client hat keine vertrauenswürdige Verbindung zum eID-Server aufgebaut. Sehen Sie in seinem Protokoll nach, welche Prüfung scheiterte.",
            "The eID client has not established a trusted channel to the eID-Server. Its log says which check has failed."}},
    Reason{"communicationError",
           {"Der eID-Client fand auf der Rücksprungadresse keinen vertrauenswürdigen Weg zurück zum Dienst.",
            "The eID client found no trustworthy way back to the service at the refresh address."}},
    Reason{"cancellationByUser",
           {"Sie haben abgebrochen, oder es kam zu lange keine Antwort. Es wurde nichts übermittelt.",
            "You have cancelled, or there was no answer for too long. Nothing has been sent."}},
    Reason{"serverError", {"Der eID-Server hat die Anmeldung beendet. Sein Grund steht unten.", "The eID-Server has ended the login. Its reason is below."}},
    Reason{"clientError",
           {"Im eID-Client oder mit der Karte ging etwas schief. Der eID-Client zeigt, was zu tun ist.",
            "Something went wrong in the eID client or with the card. The eID client says what to do."}},
    // ISO 24727-3 and TR-03112: what the eID-Server said
    Reason{"DocumentValidityVerificationFailed", {"Die Karte ist abgelaufen.", "The card has expired."}},
    Reason{"securityConditionNotSatisfied",
           {"Der eID-Server konnte sich nicht überzeugen, dass Chip und Daten echt sind.",
            "The eID-Server could not convince itself that chip and data are genuine."}},
    Reason{"noPermission",
           {"Die freigegebenen Rechte passen nicht zu dem, was der Dienst verlangt.", "The rights that were granted do not fit what the service insists on."}},
};

std::string wordsFor(std::string_view minor, Language language)
{
    const auto* reason = std::ranges::find_if(reasons, [&](const Reason& each) { return minor.ends_with(each.ending); });
    return reason == reasons.end() ? std::string() : "<p>" + reason->words.in(language) + "</p>\n";
}

std::string tellingRow(const std::string& label, std::string_view value)
{
    return value.empty() ? std::string() : row(label, "<code>" + escaped(value) + "</code>");
}

std::string backToStart(const PageAddress& address)
{
    return button("/?lang=" + std::string(address.language == Language::German ? "de" : "en"), Said{"Zur Startseite", "To the start page"}.in(address.language),
                  true);
}

std::string failure(const PageAddress& address, const ServiceRequest& request, const SessionRecord& record)
{
    const auto t = [&](Said said) { return said.in(address.language); };
    const auto outcome = record.outcome.value_or(paos::ResultOf{});
    const bool serversOwn = record.clientMinor.empty() || record.clientMinor == "serverError"; // else it has only said back what the client said
    auto words = serversOwn ? wordsFor(outcome.minor, address.language) : std::string();
    if (words.empty()) words = wordsFor(record.clientMinor, address.language);
    if (words.empty() && !record.outcome) words = "<p>" + t({"Die Anmeldung wurde nicht zu Ende geführt.", "The login has not been completed."}) + "</p>\n";
    auto rows = tellingRow(t({"eID-Client: ResultMinor", "eID client: ResultMinor"}), record.clientMinor);
    if (record.outcome)
        rows += tellingRow(t({"eID-Server: ResultMajor", "eID-Server: ResultMajor"}), outcome.major)
              + tellingRow(t({"eID-Server: ResultMinor", "eID-Server: ResultMinor"}), outcome.minor)
              + tellingRow(t({"eID-Server: Meldung", "eID-Server: message"}), outcome.message);
    return verdict(Mark::Bad, t({"Die Anmeldung ist fehlgeschlagen", "The login has failed"})) + "<div class=\"lead\">" + words + "</div>\n"
         + tableSheet(t({"Was die Beteiligten sagen", "What those involved say"}), rows)
         + tableSheet(t({"Prüfungen durch die Karte", "Verified by the card"}), checkRows(request, record, address.language));
}

} // namespace

HttpAnswer resultPage(const PageAddress& address, const ServiceRequest& request, const SessionRecord& record)
{
    const auto t = [&](Said said) { return said.in(address.language); };
    const bool good = record.outcome && record.outcome->isOk() && record.clientMinor.empty();
    if (!good) return framed(200, address, t({"Fehlgeschlagen", "Failed"}), failure(address, request, record) + backToStart(address));
    const auto title = record.selfAuthentication ? t({"Das steht auf Ihrer Karte", "This is on your card"}) : t({"Sie sind angemeldet", "You are logged in"});
    const auto main = verdict(Mark::Good, title) + tableSheet(t({"Gelesene Daten", "Data that were read"}), dataRows(record, address.language))
                    + tableSheet(t({"Prüfungen durch die Karte", "Verified by the card"}), checkRows(request, record, address.language))
                    + refusedRows(record, address.language) + backToStart(address);
    return framed(200, address, title, main);
}

HttpAnswer communicationErrorPage(const PageAddress& address, std::string_view minor)
{
    const auto t = [&](Said said) { return said.in(address.language); };
    const auto words = t({"Der eID-Client fand keinen anderen Weg zurück zum Dienst.", "The eID client found no other way back to the service."});
    const auto title = t({"Die Anmeldung ist fehlgeschlagen", "The login has failed"});
    return framed(200, address, title,
                  verdict(Mark::Bad, title) + "<div class=\"lead\"><p>" + words + "</p>\n" + wordsFor(minor, address.language) + "</div>\n"
                      + tableSheet(t({"Was die Beteiligten sagen", "What those involved say"}),
                                   tellingRow(t({"eID-Client: ResultMinor", "eID client: ResultMinor"}), minor))
                      + backToStart(address));
}

HttpAnswer unknownLoginPage(const PageAddress& address)
{
    const auto t = [&](Said said) { return said.in(address.language); };
    const auto title = t({"Diese Anmeldung gibt es nicht", "There is no such login"});
    const auto words = t({"Sie ist unbekannt oder zu alt, oder ihre Rücksprungadresse wurde schon benutzt.",
                          "It is unknown or too old, or its refresh address has been used already."});
    return framed(404, address, title, verdict(Mark::Bad, title) + "<p class=\"lead\">" + words + "</p>\n" + backToStart(address));
}

} // namespace eidkern::lab
