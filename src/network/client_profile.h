// What the client offers and insists on in TLS, by name: the entries of resources/tls-profiles.json.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/web.h"

namespace eidkern::network
{

struct ClientProfile
{
    struct Offer // OpenSSL's names, in the order in which they are offered
    {
        std::vector<std::string> suites, groups, signatures;
        bool ocspStapling = false; // status_request (RFC 6066 8); a server need not have an answer
    };

    Offer server; // connections that the certificate alone authenticates
    Offer rsaPsk; // TR-03124-1 4.5; without groups
    KeySizes smallestKeys;
};

std::optional<ClientProfile> clientProfile(std::string_view name);
std::vector<std::string> clientProfileNames(); // "default" first

} // namespace eidkern::network
