#include "pages/frame.h"

#include <algorithm>
#include <charconv>
#include <openssl/evp.h>

#include "core/hash.h"
#include "pages/style.h"

namespace eidkern::pages
{

namespace
{

constexpr auto logo = "<svg viewBox=\"0 0 32 32\" aria-hidden=\"true\"><rect x=\"1\" y=\"5\" width=\"30\" height=\"22\" rx=\"4\" fill=\"var(--accent)\"/>"
                      "<circle cx=\"10\" cy=\"13.5\" r=\"3.2\" fill=\"var(--on-accent)\"/>"
                      "<path d=\"M4.8 22.4a5.2 5.2 0 0 1 10.4 0z M19 11h8.5v2H19z M19 15.5h8.5v2H19z M19 20h5.5v2H19z\" fill=\"var(--on-accent)\"/></svg>";

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

std::string contentSecurityPolicy()
{
    const auto digest = hash(HashAlgorithm::Sha256, asBytes(style));
    std::string base64(4 * ((digest.size() + 2) / 3) + 1, '\0'); // and a zero behind it
    base64.resize(std::size_t(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), digest.data(), int(digest.size()))));
    return "default-src 'none'; style-src 'sha256-" + base64 + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

} // namespace

Language preferred(std::string_view acceptLanguage)
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

std::string_view tag(Language language) { return language == Language::German ? "de" : "en"; }

std::string document(const Frame& frame, const std::string& title, const std::string& main)
{
    const auto name = std::string(logo) + "<span>" + frame.program + "</span>";
    const auto brand = frame.home.empty() ? "<span class=\"brand\">" + name + "</span>" : "<a class=\"brand\" href=\"" + frame.home + "\">" + name + "</a>";
    const auto navigation = frame.navigation.empty()
                              ? std::string()
                              : "\n<nav aria-label=\"" + Said{"Sprache", "Language"}.in(frame.language) + "\">" + frame.navigation + "</nav>";
    return "<!DOCTYPE html>\n<html lang=\"" + std::string(tag(frame.language)) + "\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title + " – "
         + frame.program + "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>" + style
         + "</style>\n</head>\n<body>\n<header>" + brand + navigation + "</header>\n<main>\n" + main + "</main>\n<footer>" + frame.footer
         + "</footer>\n</body>\n</html>\n";
}

std::vector<std::pair<std::string, std::string>> headers(Language language)
{
    return {{"Content-Language", std::string(tag(language))}, {"Content-Security-Policy", contentSecurityPolicy()}, {"Referrer-Policy", "no-referrer"}};
}

} // namespace eidkern::pages
