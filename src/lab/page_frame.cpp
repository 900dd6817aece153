#include "lab/page_frame.h"

#include <QUrl>
#include <QUrlQuery>

#include "core/hash.h"
#include "lab/page_style.h"

namespace eidkern::lab
{

namespace
{

constexpr auto logo = "<svg viewBox=\"0 0 32 32\" aria-hidden=\"true\"><rect x=\"1\" y=\"5\" width=\"30\" height=\"22\" rx=\"4\" fill=\"var(--accent)\"/>"
                      "<circle cx=\"10\" cy=\"13.5\" r=\"3.2\" fill=\"var(--on-accent)\"/>"
                      "<path d=\"M4.8 22.4a5.2 5.2 0 0 1 10.4 0z M19 11h8.5v2H19z M19 15.5h8.5v2H19z M19 20h5.5v2H19z\" fill=\"var(--on-accent)\"/></svg>";

// The language with the highest weight; of equal ones the first.
Language preferred(std::string_view acceptLanguage)
{
    double best = 0;
    auto chosen = Language::English;
    const auto header = QByteArray(acceptLanguage.data(), qsizetype(std::min<std::size_t>(acceptLanguage.size(), 256))).toLower();
    for (const auto& each : header.split(','))
    {
        const auto range = each.split(';')[0].trimmed();
        const auto q = each.indexOf("q=");
        const double weight = q < 0 ? 1 : each.mid(q + 2).trimmed().toDouble();
        const bool german = range == "de" || range.startsWith("de-"), english = range == "en" || range.startsWith("en-");
        if ((!german && !english) || weight <= best) continue;
        best = weight;
        chosen = german ? Language::German : Language::English;
    }
    return chosen;
}

std::string languageLink(const PageAddress& address, Language language)
{
    const auto code = std::string(language == Language::German ? "de" : "en"), name = std::string(language == Language::German ? "Deutsch" : "English");
    if (address.language == language) return "<span lang=\"" + code + "\" aria-current=\"true\">" + name + "</span>";
    const auto href = address.path + '?' + address.query + (address.query.empty() ? "" : "&") + "lang=" + code;
    return "<a lang=\"" + code + "\" hreflang=\"" + code + "\" href=\"" + escaped(href) + "\">" + name + "</a>";
}

std::string contentSecurityPolicy()
{
    const auto digest = hash(HashAlgorithm::Sha256, asBytes(pageStyle));
    const auto base64 = QByteArray(reinterpret_cast<const char*>(digest.data()), qsizetype(digest.size())).toBase64().toStdString();
    return "default-src 'none'; style-src 'sha256-" + base64 + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

} // namespace

std::string escaped(std::string_view utf8)
{
    std::string out;
    for (const char c : utf8)
    {
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '"') out += "&quot;";
        else if (c == '\'') out += "&#39;";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) out += "\xEF\xBF\xBD";
        else out += c;
    }
    return out;
}

PageAddress pageAddress(std::string_view path, std::string_view query, std::string_view acceptLanguage)
{
    QUrlQuery items(QString::fromUtf8(query.data(), qsizetype(query.size())));
    const auto lang = items.queryItemValue("lang");
    items.removeAllQueryItems("lang");
    const auto language = lang == u"de" ? Language::German : lang == u"en" ? Language::English : preferred(acceptLanguage);
    return {std::string(path), items.toString(QUrl::FullyEncoded).toStdString(), language};
}

HttpAnswer framed(int status, const PageAddress& address, const std::string& title, const std::string& main)
{
    const auto t = [&](Said said) { return said.in(address.language); };
    const auto lang = std::string(address.language == Language::German ? "de" : "en");
    const auto head = "<!DOCTYPE html>\n<html lang=\"" + lang + "\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title
                    + " – eidkern lab</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>" + pageStyle
                    + "</style>\n</head>\n<body>\n";
    const auto header = "<header><a class=\"brand\" href=\"/?lang=" + lang + "\">" + logo + "<span>eidkern lab</span></a>\n<nav aria-label=\""
                      + t({"Sprache", "Language"}) + "\">" + languageLink(address, Language::German) + languageLink(address, Language::English)
                      + "</nav></header>\n";
    const auto footer = t({"Ein Testlabor auf diesem Rechner (127.0.0.1). Was es liest, bleibt hier und wird vergessen, spätestens wenn das Labor endet.",
                           "A test lab on this machine (127.0.0.1). What it reads stays here and is forgotten, at the latest when the lab ends."});
    return {.status = status,
            .contentType = "text/html; charset=utf-8",
            .body = head + header + "<main>\n" + main + "</main>\n<footer>" + footer + "</footer>\n</body>\n</html>\n",
            .headers = {{"Content-Security-Policy", contentSecurityPolicy()},
                        {"Content-Language", lang},
                        {"Referrer-Policy", "no-referrer"},
                        {"X-Content-Type-Options", "nosniff"}}};
}

} // namespace eidkern::lab
