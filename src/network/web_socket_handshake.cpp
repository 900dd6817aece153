#include "network/web_socket_handshake.h"

#include <QByteArray>
#include <algorithm>

#include "core/hash.h"

namespace eidkern::network
{

static bool is(std::string_view text, std::string_view lower)
{
    return std::ranges::equal(text, lower, {}, [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
}

static bool lists(std::string_view header, std::string_view word) // a comma-separated list
{
    while (!header.empty())
    {
        const auto comma = std::min(header.find(','), header.size());
        auto item = header.substr(0, comma);
        item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
        if (is(item.substr(0, item.find_last_not_of(" \t") + 1), word)) return true;
        header.remove_prefix(std::min(comma + 1, header.size()));
    }
    return false;
}

bool asksForUpgrade(const HttpParser& request) { return request.count("Upgrade") > 0 && lists(request.header("Connection"), "upgrade"); }
bool asksForWebSocket(const HttpParser& request)
{
    return asksForUpgrade(request) && request.count("Upgrade") == 1 && is(request.header("Upgrade"), "websocket");
}

std::optional<std::string> acceptHandshake(const HttpParser& request)
{
    const auto once = [&](const char* name) { return request.count(name) == 1; };
    if (!asksForWebSocket(request) || request.method() != "GET" || !request.keepsOpen()) return {};
    if (!once("Sec-WebSocket-Version") || request.header("Sec-WebSocket-Version") != "13" || !once("Sec-WebSocket-Key")) return {};
    const std::string key(request.header("Sec-WebSocket-Key"));
    const auto decoded = QByteArray::fromBase64Encoding(QByteArray::fromStdString(key), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded || decoded.decoded.size() != 16 || key.size() != 24) return {};
    const auto text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    const auto digest = hash(HashAlgorithm::Sha1, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    return QByteArray(reinterpret_cast<const char*>(digest.data()), qsizetype(digest.size())).toBase64().toStdString();
}

} // namespace eidkern::network
