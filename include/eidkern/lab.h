// The lab: an eService and an eID-Server on 127.0.0.1 with a test PKI, for demonstrations and for tests of your own. It runs
// in the Qt event loop of the thread that made it. What it issues is worth nothing outside.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "eidkern/cards.h"

namespace eidkern
{

struct LabSettings
{
    std::string pkiFolder;                            // empty: a fresh PKI in memory; else kept there, and made if it is missing
    std::uint16_t eServicePort = 0, eidServerPort = 0; // 0: any free one
    std::vector<std::string> requiredRights, optionalRights; // names; both empty: a sensible choice
    int requiredAge = 0;                              // years; 0: no age verification
    std::string transactionInfo;
    bool attached = false;                            // the eID-Server speaks on the eService's TLS sessions, without PSK
    bool redirects = false;                           // token and refresh address lead over a host of another origin
};

class PublicLab
{
public:
    static tl::expected<std::unique_ptr<PublicLab>, std::string> start(const LabSettings& settings); // else what is wrong
    virtual ~PublicLab() = default;
    virtual std::string tcTokenUrl() const = 0;  // for Engine::authenticate
    virtual std::string selfAuthUrl() const = 0; // for Engine::selfAuthenticate
    virtual std::vector<std::uint8_t> cvca() const = 0; // its root, for TrustAnchor::parse
};

} // namespace eidkern
