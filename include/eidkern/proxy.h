// An HTTP proxy on the way to services: connections go through it with CONNECT.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "eidkern/secret.h"

namespace eidkern
{

struct Proxy
{
    std::string host;
    std::uint16_t port = 0;
    std::string user = {};  // empty: without authentication (Basic)
    Secret password = {};
};

// Asked before each connection; nothing: a direct one. Never asked for this machine itself. What it answers is never logged.
using ProxyFor = std::function<std::optional<Proxy>(const std::string& host, std::uint16_t port)>;

} // namespace eidkern
