// What a client needs around it, made from options: a log, the trust store, proxies.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "cli/login_options.h"
#include "eidkern/proxy.h"
#include "eidkern/trust_store.h"

namespace eidkern::cli
{

struct Surroundings
{
    using Log = std::function<void(const std::string& line)>;

    Log log; // empty: none
    TrustStore store;
    ProxyFor proxy;

    static std::optional<Surroundings> of(const LoginOptions& options); // nothing: it has been said what is wrong
};

} // namespace eidkern::cli
