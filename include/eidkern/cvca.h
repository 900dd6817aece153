// CVCA certificates, looked at and verified: for those who keep trust anchors. No file is read and nothing is kept here.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "eidkern/export.h"

namespace eidkern
{

struct CvcaCertificate
{
    std::vector<std::uint8_t> whole;   // 7F21
    std::string holder, authority;     // CHR and CAR; the same for a root
    std::string effective, expiration; // YYYY-MM-DD; both days inclusive, UTC
    std::string fingerprint;           // SHA-256 of `whole`, 64 hex digits

    bool isLink() const { return holder != authority; } // from an older key of the same authority to a newer one
};

enum class CvcaFault {
    Unreadable,    // no CV certificate (7F21) with an RSA key or on a standardised elliptic curve
    NotACvca,      // that of a DV or of a terminal
    IncompleteKey, // without domain parameters: nothing can be verified under it
    WrongSignature // of a root, which has to be its own
};

// The signature of a root is verified here, that of a link certificate by signedBy().
EIDKERN_API tl::expected<CvcaCertificate, CvcaFault> readCvca(std::span<const std::uint8_t> cvCertificate);
EIDKERN_API bool signedBy(const CvcaCertificate& link, const CvcaCertificate& issuer); // both of readCvca(); name and signature

// The CV certificates in what a file holds, binary, in hex or in Base64, with or without BEGIN and END lines, one or several:
// whole 7F21, of any kind, not verified. Nothing: something else is in there.
EIDKERN_API std::optional<std::vector<std::vector<std::uint8_t>>> cvCertificatesIn(std::string_view content);

} // namespace eidkern
