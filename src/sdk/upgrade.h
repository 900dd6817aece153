// Who may open a WebSocket, without sockets.
#pragma once
#include <QRegularExpression>
#include <optional>
#include <string>

#include "network/http_parser.h"

namespace eidkern::sdk
{

struct Openness // towards new WebSocket clients
{
    bool serving = false; // there is somebody who speaks the JSON API
    bool full = false;    // as many clients as there may be are connected
    bool busy = false;    // with something that no client has begun, or that still unwinds
};

// For the whole origin; of an empty pattern one that stands for none. Nothing: not a regular expression.
std::optional<QRegularExpression> originsOf(const std::string& pattern);

// The status with which an upgrade is refused; nothing: it may be tried. In this order: 404 to something else than a WebSocket, 503
// not serving, 403 an Origin that is not allowed, 404 another path, 429 full, 409 busy. Clients tell their users what each means.
std::optional<int> refusalOf(const network::HttpParser& request, const Openness& openness, const QRegularExpression& origins);

} // namespace eidkern::sdk
