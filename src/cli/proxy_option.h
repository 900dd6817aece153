// The HTTP proxy that --proxy or the environment names. A password never stands on the command line, where others see it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "eidkern/proxy.h"

namespace eidkern::cli
{

struct ProxyOptions
{
    std::string url;                // http://HOST:PORT; empty: of the environment
    bool none = false;              // direct connections, whatever the environment says
    int credentialsDescriptor = -1; // one line, USER:PASSWORD
};

// http://[USER[:PASSWORD]@]HOST:PORT, also without http://. Else what is wrong with it, without repeating it.
tl::expected<Proxy, std::string> parseProxy(std::string_view text);

// no_proxy: names and addresses, separated by commas, each perhaps with a port. A name stands for itself and for all below it;
// * for everything.
bool isExempt(std::string_view noProxy, const std::string& host, std::uint16_t port);

std::string proxyOfEnvironment(); // https_proxy, else HTTPS_PROXY; may hold a password

// From the options, else https_proxy or HTTPS_PROXY; no_proxy or NO_PROXY counts for both. What it answers is empty without a
// proxy. Nothing: something is wrong, and has been said.
std::optional<ProxyFor> proxyFor(const ProxyOptions& options);

} // namespace eidkern::cli
