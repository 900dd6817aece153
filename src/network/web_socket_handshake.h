// The opening handshake of a WebSocket, the server's side (RFC 6455 4.2).
#pragma once
#include <optional>
#include <string>

#include "network/http_parser.h"

namespace eidkern::network
{

bool asksForUpgrade(const HttpParser& request); // to whatever: headers Upgrade and Connection
bool asksForWebSocket(const HttpParser& request);

// The value of Sec-WebSocket-Accept. Nothing: not a handshake that we take: GET of HTTP/1.1, version 13, a key of 16 bytes, each once.
std::optional<std::string> acceptHandshake(const HttpParser& request);

} // namespace eidkern::network
