#include "network/url.h"

#include <QUrl>
#include <algorithm>

namespace eidkern::network
{

static constexpr std::size_t longestUrl = 8192;

static bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
static bool isPlain(char c) { return c > 0x20 && c < 0x7F; }

static QUrl qUrl(std::string_view text) { return QUrl(QString::fromUtf8(text.data(), qsizetype(text.size()))); }

std::optional<Url> parseUrl(std::string_view text, const Url* base)
{
    if (text.empty() || text.size() > longestUrl || std::ranges::any_of(text, isControl)) return {};
    auto url = qUrl(text);
    const bool relative = base && url.isValid() && url.isRelative();
    if (relative) url = qUrl(base->text).resolved(url);
    const auto scheme = url.scheme();
    if (!url.isValid() || (scheme != QLatin1String("https") && scheme != QLatin1String("http"))) return {};
    const auto host = url.host(QUrl::FullyEncoded);
    if (host.isEmpty() || host.contains(u'%') || url.authority(QUrl::FullyEncoded).contains(u'@') || url.port() == 0) return {};

    Url out;
    out.scheme = scheme.toStdString();
    out.host = host.toLower().toStdString();
    out.port = std::uint16_t(url.port(scheme == QLatin1String("https") ? 443 : 80));
    out.path = url.path(QUrl::FullyEncoded).toStdString();
    if (!out.path.starts_with('/')) out.path.insert(0, "/");
    if (url.hasQuery()) out.path += "?" + url.query(QUrl::FullyEncoded).toStdString();
    const bool asReceived = !relative && std::ranges::all_of(text, isPlain); // else it would not be fit for a header line
    out.text = asReceived ? std::string(text) : url.toEncoded().toStdString();
    return out;
}

} // namespace eidkern::network
