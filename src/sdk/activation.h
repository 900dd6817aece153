// The rules of /eID-Client (TR-03124-1 2.2), without sockets: what a request asks for, and where a browser may be sent.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "eidkern/identity.h"
#include "eidkern/secret.h"
#include "network/http_parser.h"

namespace eidkern::sdk
{

// Exactly one Host header, and it names this machine: 127.0.0.1, localhost, [::1] or the loopback address at which the request has
// come in, with our port.
bool namesUs(const network::HttpParser& request, const std::string& address, std::uint16_t port);

// Exactly one Authorization header, with this token; false without a token.
bool bears(const network::HttpParser& request, const Secret& token);

struct Login
{
    std::optional<std::string> tcTokenUrl; // nothing: not named
};
struct Status
{
    bool json = false;
};
struct ShowUi
{
};
struct Icon
{
};
struct Unknown
{
};
using Action = std::variant<Login, Status, ShowUi, Icon, Unknown>;

// By path and query. The first known key counts, in any case; the address itself only under the exact name tcTokenURL.
Action actionOf(std::string_view target);

std::string statusText(const ProductIdentity& identity);
std::string statusJson(const ProductIdentity& identity);

extern const std::string_view icon; // SVG

// The address as it goes into a Location header: http or https, a host, no user information, nothing but printable ASCII.
// Nothing: it must not be sent.
std::optional<std::string> safeLocation(std::string_view address);

} // namespace eidkern::sdk
