// What a client needs around it, made from options: a log, link certificates that are remembered, proxies.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "cli/link_certificates.h"
#include "cli/login_options.h"
#include "eidkern/proxy.h"

namespace eidkern::cli
{

struct Surroundings
{
    std::function<void(const std::string& line)> log; // empty: none
    LinkCertificates links;
    ProxyFor proxy;

    static std::optional<Surroundings> of(const LoginOptions& options); // nothing: it has been said what is wrong
};

} // namespace eidkern::cli
