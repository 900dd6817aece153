#include "sdk/pages.h"

#include <algorithm>
#include <charconv>

namespace eidkern::sdk
{

namespace
{

std::string_view in(Language language, std::string_view german, std::string_view english) { return language == Language::German ? german : english; }

std::string paragraph(std::string_view text) { return "<p>" + escaped(text) + "</p>\n"; }

std::string document(Language language, std::string_view title, const std::string& content)
{
    return "<!DOCTYPE html>\n<html lang=\"" + std::string(in(language, "de", "en"))
         + "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<title>"
         + escaped(title) + "</title>\n</head>\n<body>\n<main>\n<h1>" + escaped(title) + "</h1>\n" + content + "</main>\n</body>\n</html>\n";
}

bool startsWithWord(std::string_view range, std::string_view word) // de, de-AT, DE
{
    if (range.size() < word.size() || (range.size() > word.size() && range[word.size()] != '-')) return false;
    return std::ranges::equal(range.substr(0, word.size()), word, [](char a, char b) { return (a | 0x20) == b; });
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

int qualityOf(std::string_view parameters) // ";q=0.8" in thousandths
{
    const auto at = parameters.find("q=");
    if (at == std::string_view::npos) return 1000;
    double value = 0;
    std::from_chars(parameters.data() + at + 2, parameters.data() + parameters.size(), value);
    return int(std::clamp(value, 0.0, 1.0) * 1000);
}

} // namespace

Language languageFor(std::string_view acceptLanguage)
{
    auto best = Language::English;
    int quality = 0;
    while (!acceptLanguage.empty())
    {
        const auto one = acceptLanguage.substr(0, acceptLanguage.find(','));
        acceptLanguage.remove_prefix(std::min(one.size() + 1, acceptLanguage.size()));
        const auto semicolon = std::min(one.find(';'), one.size());
        const auto range = trimmed(one.substr(0, semicolon));
        const int wanted = startsWithWord(range, "de") || startsWithWord(range, "en") ? qualityOf(one.substr(semicolon)) : 0;
        if (wanted <= quality) continue;
        best = startsWithWord(range, "de") ? Language::German : Language::English;
        quality = wanted;
    }
    return best;
}

std::string escaped(std::string_view text)
{
    std::string safe;
    for (const char c : text)
    {
        if (c == '&') safe += "&amp;";
        else if (c == '<') safe += "&lt;";
        else if (c == '>') safe += "&gt;";
        else if (c == '"') safe += "&quot;";
        else if (c == '\'') safe += "&#39;";
        else safe += c;
    }
    return safe;
}

std::string failurePage(const Failure& failure, Language language)
{
    const auto& entry = describe(failure.code);
    auto content = paragraph(entry.cause(language));
    if (const auto hints = entry.hints(language); !hints.empty())
    {
        content += "<h2>" + escaped(in(language, "Was Sie tun können", "What you can do")) + "</h2>\n<ul>\n";
        for (const auto hint : hints) content += "<li>" + escaped(hint) + "</li>\n";
        content += "</ul>\n";
    }
    content += "<p><code>" + escaped(entry.name) + "</code></p>\n";
    return document(language, in(language, "Die Anmeldung ist fehlgeschlagen", "The login has failed"), content);
}

std::string busyPage(std::string_view sameTarget, Language language)
{
    return document(language, in(language, "Eine andere Anmeldung läuft noch", "Another login is still running"),
                    paragraph(in(language, "Es kann nur eine Anmeldung zur selben Zeit laufen. Beenden Sie die andere oder brechen Sie sie ab.",
                                 "Only one login can run at a time. Finish the other one, or cancel it."))
                        + "<p><a href=\"" + escaped(sameTarget) + "\">" + escaped(in(language, "Noch einmal versuchen", "Try again")) + "</a></p>\n");
}

std::string notFoundPage(Language language)
{
    return document(language, in(language, "Hier ist nichts", "There is nothing here"),
                    paragraph(in(language, "Diese Adresse gehört zum Programm für die Online-Ausweisfunktion auf diesem Rechner, führt aber nirgendwohin.",
                                 "This address belongs to the program for the online ID function on this computer, but leads nowhere.")));
}

std::string badRequestPage(Language language)
{
    return document(language, in(language, "Diese Anfrage wird nicht angenommen", "This request is not accepted"),
                    paragraph(in(language, "Das Programm für die Online-Ausweisfunktion antwortet nur unter seiner eigenen Adresse auf diesem Rechner.",
                                 "The program for the online ID function answers under its own address on this computer only.")));
}

std::string internalErrorPage(Language language)
{
    return document(language, in(language, "Die Anmeldung ist zu Ende", "The login has ended"),
                    paragraph(in(language, "Es gibt keine sichere Adresse, zu der Ihr Browser zurückkehren könnte.",
                                 "There is no safe address to which your browser could return.")));
}

} // namespace eidkern::sdk
