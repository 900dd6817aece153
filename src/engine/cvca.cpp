#include "eidkern/cvca.h"

#include "core/cvc.h"
#include "core/cvc_file.h"

namespace eidkern
{

tl::expected<CvcaCertificate, CvcaFault> readCvca(std::span<const std::uint8_t> cvCertificate)
{
    const auto parsed = parseCvc(cvCertificate);
    if (!parsed) return tl::unexpected(CvcaFault::Unreadable);
    if (!parsed->isCvca()) return tl::unexpected(CvcaFault::NotACvca);
    if (!parsed->key.standsAlone()) return tl::unexpected(CvcaFault::IncompleteKey);
    if (parsed->isSelfSigned() && !isSignedBy(*parsed, parsed->key, parsed->key.curve)) return tl::unexpected(CvcaFault::WrongSignature);
    return CvcaCertificate{
        parsed->whole, parsed->chr, parsed->car, isoText(parsed->effective), isoText(parsed->expiration), toHex(hash(HashAlgorithm::Sha256, parsed->whole))};
}

bool signedBy(const CvcaCertificate& link, const CvcaCertificate& issuer)
{
    if (link.authority != issuer.holder) return false;
    const auto subject = parseCvc(link.whole), above = parseCvc(issuer.whole);
    return subject && above && isSignedBy(*subject, above->key, above->key.curve);
}

std::optional<std::vector<std::vector<std::uint8_t>>> cvCertificatesIn(std::string_view content) { return cvcsIn(content); }

} // namespace eidkern
