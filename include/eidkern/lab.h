// The lab: an eService and an eID-Server on 127.0.0.1 with a test PKI, for demonstrations and for tests of your own. It runs
// in the Qt event loop of the thread that made it. What it issues is worth nothing outside.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "eidkern/cards.h"
#include "eidkern/export.h"

namespace eidkern
{

struct LabVariant // one way in which the lab may differ from the usual
{
    std::string_view name, german, english;
};
EIDKERN_API std::vector<LabVariant> labVariants();    // for LabSettings::variants
EIDKERN_API std::vector<LabVariant> labTlsVariants(); // for LabSettings::tls

struct LabSettings
{
    std::string pkiFolder;                            // empty: a fresh PKI in memory; else kept there, and made if it is missing
    std::uint16_t eServicePort = 0, eidServerPort = 0; // 0: any free one
    std::uint16_t clientPort = 24727;                  // where an eID client listens, for the links of the start page
    std::vector<std::string> requiredRights, optionalRights; // names; both empty: a sensible choice
    int requiredAge = 0;                              // years; 0: no age verification
    std::string communityId;                          // hex digits: where the holder should live, the beginning; empty: not asked
    std::string transactionInfo;
    std::vector<std::string> variants;                // names; some exclude each other
    std::vector<std::string> tls;                     // "SERVER=NAME", SERVER one of eservice, eid-server, redirector
};

class PublicLab
{
public:
    EIDKERN_API static tl::expected<std::unique_ptr<PublicLab>, std::string> start(const LabSettings& settings); // else what is wrong
    virtual ~PublicLab() = default;
    virtual std::string tcTokenUrl() const = 0;  // for Engine::authenticate
    virtual std::string selfAuthUrl() const = 0; // for Engine::selfAuthenticate
    virtual std::string startPageUrl() const = 0; // for a browser
    virtual std::vector<std::uint8_t> cvca() const = 0;       // its root, for TrustAnchor::parse
    virtual std::vector<std::uint8_t> formerCvca() const = 0; // with a variant that has a former root; else empty
    virtual std::string cvcaFile() const = 0;                 // where the root lies; empty without pkiFolder
};

} // namespace eidkern
