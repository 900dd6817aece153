// What the client offers and insists on in TLS, by name: the entries of resources/tls-profiles.json.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/web.h"
#include "network/tls_offer.h"

namespace eidkern::network
{

struct ClientProfile // of one thread: its copies share their offers
{
    std::shared_ptr<const TlsOffer> server; // connections that the certificate alone authenticates
    std::shared_ptr<const TlsOffer> rsaPsk; // TR-03124-1 4.5; without groups
    KeySizes smallestKeys;
};

std::optional<ClientProfile> clientProfile(std::string_view name);
std::vector<std::string> clientProfileNames(); // "default" first

} // namespace eidkern::network
