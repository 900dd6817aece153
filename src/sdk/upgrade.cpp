#include "sdk/upgrade.h"

#include "network/web_socket_handshake.h"

namespace eidkern::sdk
{

std::optional<QRegularExpression> originsOf(const std::string& pattern)
{
    if (pattern.empty()) return QRegularExpression(); // not even compiled
    const QRegularExpression given(QString::fromStdString(pattern)); // alone first: ")|(" is none
    const QRegularExpression whole(QRegularExpression::anchoredPattern(given.pattern()), QRegularExpression::DontCaptureOption);
    return given.isValid() && whole.isValid() ? std::optional(whole) : std::nullopt;
}

static bool isAllowed(const network::HttpParser& request, const QRegularExpression& origins)
{
    if (request.count("Origin") == 0) return true; // not a web page
    const auto origin = request.header("Origin");
    if (request.count("Origin") > 1 || origin.empty() || origin == "null" || origins.pattern().isEmpty()) return false;
    return origins.match(QString::fromUtf8(origin.data(), qsizetype(origin.size()))).hasMatch();
}

std::optional<int> refusalOf(const network::HttpParser& request, const Openness& openness, const QRegularExpression& origins)
{
    if (!network::asksForWebSocket(request)) return 404;
    if (!openness.serving) return 503;
    if (!isAllowed(request, origins)) return 403;
    const auto path = request.target().substr(0, request.target().find('?'));
    if (path != "/eID-Kernel" && path != "/eID-Kernel/") return 404;
    if (openness.full) return 429;
    return openness.busy ? std::optional(409) : std::nullopt;
}

} // namespace eidkern::sdk
