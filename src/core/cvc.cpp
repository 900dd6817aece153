#include "core/cvc.h"

#include <algorithm>
#include <array>

#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern
{

namespace
{

std::optional<HashAlgorithm> ecdsaHash(ByteView oid)
{
    const ByteView prefix = oid::taEcdsa;
    if (oid.size() != prefix.size() + 1 || !same(oid.first(prefix.size()), prefix) || oid.back() < 1 || oid.back() > 5) return {};
    return HashAlgorithm(oid.back() - 1);
}

std::optional<CvPublicKey> parseRsaKey(ByteView oid, const std::vector<Tlv>& parts)
{
    using enum HashAlgorithm;
    using enum RsaPadding;
    static constexpr std::array<std::pair<RsaPadding, HashAlgorithm>, 6> schemes{
        {{Pkcs1, Sha1}, {Pkcs1, Sha256}, {Pss, Sha1}, {Pss, Sha256}, {Pkcs1, Sha512}, {Pss, Sha512}}}; // id-TA-RSA-..., from 1 on
    const ByteView prefix = oid::taRsa;
    if (oid.size() != prefix.size() + 1 || !same(oid.first(prefix.size()), prefix) || oid.back() < 1 || oid.back() > schemes.size()) return {};
    const auto modulus = single(parts, 0x81), exponent = single(parts, 0x82);
    if (parts.size() != 3 || !modulus || !exponent) return {};
    const auto [padding, hash] = schemes[oid.back() - 1u];
    CvPublicKey key{.oid = toBytes(oid), .hash = hash, .rsa = RsaPublicKey{toBytes(*modulus), toBytes(*exponent)}, .padding = padding};
    return key.rsa->usable() ? std::optional(std::move(key)) : std::nullopt;
}

std::optional<CvPublicKey> parseKey(ByteView value)
{
    const auto parts = allTlv(value);
    if (!parts) return {};
    const auto oid = single(*parts, 0x06), point = single(*parts, 0x86);
    const auto hash = oid ? ecdsaHash(*oid) : std::nullopt;
    if (oid && !hash) return parseRsaKey(*oid, *parts);
    if (!hash || !point) return {};
    CvPublicKey key{.oid = toBytes(*oid), .hash = *hash, .point = toBytes(*point)};
    if (parts->size() == 2) return key;
    const auto p = single(*parts, 0x81), a = single(*parts, 0x82), b = single(*parts, 0x83), g = single(*parts, 0x84), n = single(*parts, 0x85);
    if (!p || !a || !b || !g || !n) return {};
    key.curve = Curve::matching(*p, *a, *b, *g, *n);
    if (!key.curve || !key.curve->hasPoint(key.point)) return {};
    return key;
}

std::optional<std::string> parseReference(std::optional<ByteView> value) // country, mnemonic, sequence number
{
    if (!value || value->size() < 8 || value->size() > 16) return {};
    if (!std::ranges::all_of(*value, [](std::uint8_t c) { return c > 0x20 && c < 0x7F; })) return {};
    return std::string(asText(*value));
}

std::optional<Date> parseDate(std::optional<ByteView> value) // one decimal digit a byte
{
    if (!value || value->size() != 6 || std::ranges::any_of(*value, [](std::uint8_t digit) { return digit > 9; })) return {};
    const auto two = [&](std::size_t at) { return (*value)[at] * 10 + (*value)[at + 1]; };
    return validDate(2000 + two(0), two(2), two(4));
}

Bytes encodeDate(Date date)
{
    Bytes out;
    for (const int number : {date.year % 100, date.month, date.day})
    {
        out.push_back(std::uint8_t(number / 10));
        out.push_back(std::uint8_t(number % 10));
    }
    return out;
}

struct Extensions
{
    Bytes descriptionHash;           // empty: no such extension
    std::vector<Bytes> sectorHashes; // none, one or two
};

bool readSectorHashes(const std::vector<Tlv>& parts, std::vector<Bytes>& hashes)
{
    if (!hashes.empty() || !single(parts, 0x80) || parts.size() > 3) return false;
    for (const std::uint32_t tag : {0x80, 0x81})
        if (const auto hash = single(parts, tag)) hashes.push_back(toBytes(*hash));
    return hashes.size() == parts.size() - 1;
}

std::optional<Extensions> parseExtensions(ByteView extensions)
{
    const auto templates = allTlv(extensions, 16);
    if (!templates) return {};
    Extensions found;
    for (const auto& each : *templates)
    {
        const auto parts = each.tag == 0x73 ? allTlv(each.value, 16) : std::nullopt;
        const auto oid = parts ? single(*parts, 0x06) : std::nullopt;
        if (!oid) return {};
        if (same(*oid, oid::sector) && !readSectorHashes(*parts, found.sectorHashes)) return {};
        if (!same(*oid, oid::description)) continue;
        const auto hash = single(*parts, 0x80);
        if (!hash || !found.descriptionHash.empty()) return {};
        found.descriptionHash = toBytes(*hash);
    }
    return found;
}

std::optional<CvCertificate> parseParts(const Tlv& body, ByteView signature)
{
    const auto parts = allTlv(body.value);
    if (!parts) return {};
    const auto profile = single(*parts, 0x5F29), keyValue = single(*parts, 0x7F49);
    const auto* chatTlv = find(*parts, 0x7F4C);
    if (!profile || !same(*profile, Bytes{0}) || !keyValue || !chatTlv || !single(*parts, 0x7F4C)) return {};
    auto car = parseReference(single(*parts, 0x42)), chr = parseReference(single(*parts, 0x5F20));
    auto key = parseKey(*keyValue);
    auto chat = parseChat(chatTlv->whole);
    const auto effective = parseDate(single(*parts, 0x5F25)), expiration = parseDate(single(*parts, 0x5F24));
    if (!car || !chr || !key || !chat || !effective || !expiration) return {};
    Extensions extensions;
    if (find(*parts, 0x65))
    {
        const auto content = single(*parts, 0x65);
        auto found = content ? parseExtensions(*content) : std::nullopt;
        if (!found) return {};
        extensions = std::move(*found);
    }
    return CvCertificate{tlv(0x7F21, {body.whole, tlv(0x5F37, signature)}),
                         toBytes(body.whole),
                         toBytes(signature),
                         std::move(*car),
                         std::move(*chr),
                         std::move(*key),
                         std::move(*chat),
                         *effective,
                         *expiration,
                         std::move(extensions.descriptionHash),
                         std::move(extensions.sectorHashes)};
}

Bytes encodeKey(const EcKey& key, bool withDomainParameters)
{
    const auto& c = key.curve;
    if (!withDomainParameters) return tlv(0x7F49, {tlv(0x06, oid::taEcdsaSha256), tlv(0x86, key.point)});
    return tlv(0x7F49, {tlv(0x06, oid::taEcdsaSha256), tlv(0x81, c.prime()), tlv(0x82, c.a()), tlv(0x83, c.b()), tlv(0x84, c.generator()), tlv(0x85, c.order()),
                        tlv(0x86, key.point), tlv(0x87, Bytes{1})});
}

} // namespace

std::optional<CvCertificate> parseCvc(ByteView input)
{
    const auto outer = singleTlv(input);
    return outer && outer->tag == 0x7F21 ? parseBodyAndSignature(outer->value) : std::nullopt;
}

Bytes bodyAndSignature(const CvCertificate& certificate) { return concat({certificate.body, tlv(0x5F37, certificate.signature)}); }

std::optional<CvCertificate> parseBodyAndSignature(ByteView content)
{
    const auto parts = allTlv(content);
    if (!parts || parts->size() != 2 || (*parts)[0].tag != 0x7F4E || (*parts)[1].tag != 0x5F37) return {};
    return parseParts((*parts)[0], (*parts)[1].value);
}

bool verify(const CvPublicKey& key, const std::optional<Curve>& curve, ByteView message, ByteView signature)
{
    if (key.rsa) return verify(*key.rsa, key.padding, key.hash, message, signature);
    return curve && verify(*curve, key.point, key.hash, message, signature);
}

bool isSignedBy(const CvCertificate& certificate, const CvPublicKey& issuer, const std::optional<Curve>& curve)
{
    return verify(issuer, curve, certificate.body, certificate.signature);
}

static bool mayIssue(const CvCertificate& issuer, const CvCertificate& subject) // the EAC PKI has three ranks: CVCA, DV, terminal
{
    return issuer.chr == subject.car && (subject.isTerminal() ? issuer.isDv() : issuer.isCvca());
}

// Of the certificates that were sent, a self-signed one counts for nothing: a link certificate may have the same name.
static const CvCertificate* sentIssuer(const std::vector<CvCertificate>& pool, const CvCertificate& subject)
{
    const auto it = std::ranges::find_if(pool, [&](const CvCertificate& each) { return !each.isSelfSigned() && mayIssue(each, subject); });
    return it == pool.end() ? nullptr : &*it;
}

static const CvCertificate* anchorOf(const std::vector<CvCertificate>& anchors, const CvCertificate& subject)
{
    const auto it = std::ranges::find_if(anchors, [&](const CvCertificate& each) { return mayIssue(each, subject); });
    return it == anchors.end() ? nullptr : &*it;
}

static constexpr std::size_t longestChain = 16; // terminal, DV, links, root; also ends a circle of references

tl::expected<std::vector<CvCertificate>, std::string> chainToAnchor(const CvCertificate& terminal, const std::vector<CvCertificate>& pool,
                                                                    const std::vector<CvCertificate>& anchors)
{
    std::vector<CvCertificate> chain{terminal};
    while (!chain.back().isSelfSigned() && chain.size() < longestChain)
    {
        const auto* issuer = anchorOf(anchors, chain.back()); // a trust anchor of ours before anything that was sent
        if (!issuer) issuer = sentIssuer(pool, chain.back());
        if (!issuer) return tl::unexpected(chain.back().car);
        chain.push_back(*issuer);
    }
    if (!chain.back().isSelfSigned() || chain.size() == 1) return tl::unexpected(chain.back().car);
    return chain;
}

std::optional<std::vector<CvCertificate>> chainForCard(const CvCertificate& terminal, const std::vector<CvCertificate>& pool, std::string_view car)
{
    std::vector<CvCertificate> chain{terminal};
    while (chain.back().car != car)
    {
        const auto* issuer = sentIssuer(pool, chain.back());
        if (!issuer || chain.size() == longestChain) return {};
        chain.push_back(*issuer);
    }
    std::ranges::reverse(chain);
    return chain;
}

bool signaturesHold(const std::vector<CvCertificate>& chain)
{
    auto curve = chain.back().key.curve;
    for (std::size_t i = chain.size() - 1; i > 0; --i)
    {
        if (!isSignedBy(chain[i - 1], chain[i].key, curve)) return false;
        if (chain[i - 1].key.curve) curve = chain[i - 1].key.curve; // a link certificate may bring a new curve
    }
    return true;
}

CvCertificate issueCvc(const CvIssue& what, const EcKey& subject, const EcKey& issuer)
{
    return issueCvc(what, encodeKey(subject, what.withDomainParameters), [&](ByteView body) { return sign(issuer, HashAlgorithm::Sha256, body); });
}

static Bytes encodeExtensions(const CvIssue& what)
{
    Bytes out;
    if (!what.descriptionHash.empty()) out = tlv(0x73, {tlv(0x06, oid::description), tlv(0x80, what.descriptionHash)});
    Bytes sectors;
    for (std::uint32_t tag = 0x80; const auto& hash : what.sectorHashes) sectors = concat({sectors, tlv(tag++, hash)});
    if (!sectors.empty()) out = concat({out, tlv(0x73, {tlv(0x06, oid::sector), sectors})});
    return out.empty() ? out : tlv(0x65, out);
}

CvCertificate issueCvc(const CvIssue& what, ByteView subjectKey, const std::function<Bytes(ByteView body)>& sign)
{
    const auto body = tlv(0x7F4E, {tlv(0x5F29, Bytes{0}), tlv(0x42, asBytes(what.car)), subjectKey, tlv(0x5F20, asBytes(what.chr)), encode(what.chat),
                                   tlv(0x5F25, encodeDate(what.effective)), tlv(0x5F24, encodeDate(what.expiration)), encodeExtensions(what)});
    return parseCvc(tlv(0x7F21, {body, tlv(0x5F37, sign(body))})).value(); // a bad reference is a mistake of the caller's
}

} // namespace eidkern
