#include "lab/labels.h"
#include "lab/pages.h"

namespace eidkern::lab
{

namespace
{

using pages::button, pages::sheet;

std::string tags(const std::string& title, const std::vector<std::string>& words)
{
    if (words.empty()) return {};
    std::string out = "<h3>" + title + "</h3>\n<ul class=\"tags\">";
    for (const auto& word : words) out += "<li>" + escaped(word) + "</li>";
    return out + "</ul>\n";
}

std::vector<std::string> namesOf(Rights rights, Language language)
{
    std::vector<std::string> names;
    for (const int group : shownGroups())
        if (rights.has(readRight(group))) names.push_back(labelOf(readRight(group), language));
    if (rights.has(Right::RestrictedIdentification)) names.push_back(labelOf(Right::RestrictedIdentification, language));
    return names;
}

std::vector<std::string> checksOf(const ServiceRequest& request, Language language)
{
    const bool german = language == Language::German;
    std::vector<std::string> checks;
    if (request.requiredAge) checks.push_back((german ? "Mindestalter " : "Minimum age ") + std::to_string(*request.requiredAge));
    if (request.communityId) checks.push_back((german ? "Gemeindeschlüssel beginnt mit " : "Community ID starts with ") + toHex(*request.communityId));
    if (request.documentValidity) checks.emplace_back(german ? "Ausweis ist noch gültig" : "Card has not expired");
    return checks;
}

} // namespace

HttpAnswer startPage(const PageAddress& address, const ServiceRequest& request, const StartLinks& links)
{
    const auto language = address.language;
    const auto t = [&](Said said) { return said.in(language); };
    const auto required = request.required.value_or(Rights());
    const auto title = t({"Probierladen am Prüfstand", "The trial shop on the test bench"});
    const auto lead = t({"Ein erfundener Dienst, bei dem Sie sich mit einer Testkarte anmelden können – mit echter Kryptografie, ohne Internet.",
                         "An invented service where you can log in with a test card – with real cryptography, without internet."});

    const auto login = "<p>"
                     + t({"Der Link startet den eID-Client auf diesem Rechner. Am Ende zeigt diese Seite, was gelesen wurde.",
                          "The link starts the eID client on this machine. In the end this site shows what has been read."})
                     + "</p>\n" + tags(t({"Wird gelesen", "Will be read"}), namesOf(required, language))
                     + tags(t({"Nur wenn Sie zustimmen", "Only if you agree"}),
                            namesOf(request.optional.value_or(request.terminalRights()) - required, language))
                     + tags(t({"Die Karte prüft", "The card verifies"}), checksOf(request, language))
                     + button(links.login, t({"Mit dem Ausweis anmelden", "Log in with the ID card"}), false);
    const auto self = "<p>" + t({"Dieselben Daten, aber für Sie selbst: was steht auf der Karte?", "The same data, but for yourself: what is on the card?"})
                    + "</p>\n" + button(links.selfAuthentication, t({"Eigene Daten ansehen", "See your own data"}), true);
    const auto before =
        "<ul class=\"plain\">\n<li>" + t({"Ein eID-Client muss laufen und warten auf <code>", "An eID client has to run and listen on <code>"})
        + escaped(links.client)
        + t({"</code>. Er muss der Wurzel dieses Labors vertrauen; mit <code>--pki</code> gestartet nennt das Labor ihre Datei.",
             "</code>. It has to trust this lab's root; started with <code>--pki</code>, the lab says in which file it is."})
        + "</li>\n<li>"
        + t({"Nur Testkarten werden angenommen. Ein echter Ausweis vertraut diesem Labor nicht.",
             "Only test cards are accepted. A real ID card does not trust this lab."})
        + "</li>\n<li>"
        + t({"Der Browser warnt vor dem Zertifikat, weil das Labor es selbst gemacht hat. Für diese Adresse auf Ihrem eigenen Rechner können Sie die Ausnahme "
             "zulassen; geben Sie hier keine echten Daten ein.",
             "The browser warns of the certificate, because the lab has made it itself. For this address on your own machine you may allow the exception; do not "
             "enter real data here."})
        + "</li>\n</ul>\n";
    return framed(200, address, title,
                  "<h1>" + title + "</h1>\n<p class=\"lead\">" + lead + "</p>\n" + sheet(t({"Anmelden", "Log in"}), login)
                      + sheet(t({"Selbstauskunft", "Your own data"}), self) + sheet(t({"Bevor Sie beginnen", "Before you begin"}), before));
}

} // namespace eidkern::lab
