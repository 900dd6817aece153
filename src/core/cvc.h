// Card-verifiable certificates (TR-03110-3 C, D): parsing, signature check, chains. ECDSA and RSA keys.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "core/bytes.h"
#include "core/chat.h"
#include "core/clock.h"
#include "core/ec.h"
#include "core/rsa.h"

namespace eidkern
{

struct CvPublicKey // EC or RSA
{
    Bytes oid;                       // value of the TA algorithm OID, e.g. id-TA-ECDSA-SHA-256
    HashAlgorithm hash;              // named by that OID
    std::optional<Curve> curve = {}; // only where domain parameters are present: CVCA and link certificates with EC keys
    Bytes point = {};                // EC: uncompressed
    std::optional<RsaPublicKey> rsa = {};
    RsaPadding padding = RsaPadding::Pkcs1; // RSA: named by the OID

    bool standsAlone() const { return curve || rsa; } // as the key of a trust point must: nothing is inherited
};

struct CvCertificate
{
    Bytes whole;      // 7F21
    Bytes body;       // 7F4E with tag and length: what is signed
    Bytes signature;  // r || s, or that of RSA
    std::string car, chr;
    CvPublicKey key;
    Chat chat;
    Date effective, expiration; // both days inclusive, UTC
    Bytes descriptionHash;      // extension id-description; empty if absent
    std::vector<Bytes> sectorHashes = {}; // extension id-sector: of the first and perhaps the second sector key

    bool isSelfSigned() const { return car == chr; }
    bool isCvca() const { return chat.role == Role::Cvca; }
    bool isDv() const { return chat.role == Role::DvOfficial || chat.role == Role::DvForeign; }
    bool isTerminal() const { return chat.role == Role::Terminal && chat.isAuthenticationTerminal(); } // AT: not an inspection system
    bool validOn(Date day) const { return effective <= day && day <= expiration; }
};

std::optional<CvCertificate> parseCvc(ByteView tlv7F21);

// What PSO:Verify Certificate takes: 7F4E and 5F37 without the 7F21 around them; and back.
Bytes bodyAndSignature(const CvCertificate& certificate);
std::optional<CvCertificate> parseBodyAndSignature(ByteView content);

// `curve` is the one inherited from the CVCA; RSA keys need none. Algorithm and hash are those that the key names.
bool verify(const CvPublicKey& key, const std::optional<Curve>& curve, ByteView message, ByteView signature);
bool isSignedBy(const CvCertificate& certificate, const CvPublicKey& issuer, const std::optional<Curve>& curve);

// From the terminal certificate upward by CAR -> CHR: front() is the terminal, back() the self-signed root. If no self-signed
// certificate of `anchors` is reached: the CAR of the issuer that is not there. `pool` holds what the server sent and link
// certificates known.
tl::expected<std::vector<CvCertificate>, std::string> chainToAnchor(const CvCertificate& terminal, const std::vector<CvCertificate>& pool,
                                                                    const std::vector<CvCertificate>& anchors);

// The certificates that a card must be shown, top first, which calls `car` its trust point: the first one's CAR is `car`, the
// last one is the terminal. Nothing if `pool` has no such chain.
std::optional<std::vector<CvCertificate>> chainForCard(const CvCertificate& terminal, const std::vector<CvCertificate>& pool, std::string_view car);

// All signatures of a chain as chainToAnchor() gives it. Not the root's own: whoever makes it a trust anchor has verified it.
bool signaturesHold(const std::vector<CvCertificate>& chain);

// Building blocks for those who issue: the lab and tests.
struct CvIssue
{
    std::string car, chr;
    Chat chat;
    Date effective, expiration;
    Bytes descriptionHash = {};
    bool withDomainParameters = false; // CVCA
    std::vector<Bytes> sectorHashes = {};
};
CvCertificate issueCvc(const CvIssue& what, const EcKey& subject, const EcKey& issuer); // id-TA-ECDSA-SHA-256
CvCertificate issueCvc(const CvIssue& what, ByteView subjectKey, const std::function<Bytes(ByteView body)>& sign); // `subjectKey`: 7F49

} // namespace eidkern
