#include "lab/page_frame.h"

#include <QUrl>
#include <QUrlQuery>

#include "pages/frame.h"

namespace eidkern::lab
{

static std::string languageLink(const PageAddress& address, Language language)
{
    const auto code = std::string(pages::tag(language)), name = std::string(language == Language::German ? "Deutsch" : "English");
    if (address.language == language) return "<span lang=\"" + code + "\" aria-current=\"true\">" + name + "</span>";
    const auto href = address.path + '?' + address.query + (address.query.empty() ? "" : "&") + "lang=" + code;
    return "<a lang=\"" + code + "\" hreflang=\"" + code + "\" href=\"" + escaped(href) + "\">" + name + "</a>";
}

PageAddress pageAddress(std::string_view path, std::string_view query, std::string_view acceptLanguage)
{
    QUrlQuery items(QString::fromUtf8(query.data(), qsizetype(query.size())));
    const auto lang = items.queryItemValue("lang");
    items.removeAllQueryItems("lang");
    const auto language = lang == u"de" ? Language::German : lang == u"en" ? Language::English : pages::preferred(acceptLanguage);
    return {std::string(path), items.toString(QUrl::FullyEncoded).toStdString(), language};
}

HttpAnswer framed(int status, const PageAddress& address, const std::string& title, const std::string& main)
{
    constexpr Said footer{"Ein Testlabor auf diesem Rechner (127.0.0.1). Was es liest, bleibt hier und wird vergessen, spätestens wenn das Labor endet.",
                          "A test lab on this machine (127.0.0.1). What it reads stays here and is forgotten, at the latest when the lab ends."};
    const pages::Frame frame{.language = address.language,
                             .program = "eidkern lab",
                             .home = "/?lang=" + std::string(pages::tag(address.language)),
                             .navigation = languageLink(address, Language::German) + languageLink(address, Language::English),
                             .footer = footer.in(address.language)};
    auto headers = pages::headers(address.language);
    headers.emplace_back("X-Content-Type-Options", "nosniff");
    return {.status = status, .contentType = "text/html; charset=utf-8", .body = pages::document(frame, title, main), .headers = std::move(headers)};
}

} // namespace eidkern::lab
