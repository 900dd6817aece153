#include "card/simulator/restricted_identification.h"

#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern::card
{

static ResponseApdu status(std::uint16_t sw) { return {{}, sw}; }

static std::optional<HashAlgorithm> hashOf(ByteView protocol)
{
    const ByteView prefix = oid::restrictedIdentification;
    const bool child = protocol.size() == prefix.size() + 1 && same(protocol.first(prefix.size()), prefix);
    if (!child || protocol.back() < 1 || protocol.back() > 5) return {};
    return HashAlgorithm(protocol.back() - 1);
}

static std::optional<EcKey> copyOf(const std::optional<EcKey>& key) { return key ? std::optional(key->clone()) : std::nullopt; }

CardRestrictedIdentification::CardRestrictedIdentification(const std::optional<EcKey>& revocationKey, const std::optional<EcKey>& pseudonymKey, Random& random)
    : keys_{copyOf(revocationKey), copyOf(pseudonymKey)}, random_(random)
{
}

bool CardRestrictedIdentification::isMeant(ByteView securityEnvironment)
{
    const auto objects = allTlv(securityEnvironment, 4);
    const auto protocol = objects ? single(*objects, 0x80) : std::nullopt;
    return protocol && hashOf(*protocol);
}

ResponseApdu CardRestrictedIdentification::setKey(const CommandApdu& command, const ProvenTerminal& terminal)
{
    abort();
    const auto objects = allTlv(command.data, 2);
    const auto protocol = objects ? single(*objects, 0x80) : std::nullopt, keyId = objects ? single(*objects, 0x84) : std::nullopt;
    if (!protocol || !keyId) return status(0x6A80);
    if (!same(*protocol, oid::riEcdhSha256) || (!same(*keyId, Bytes{revocationKeyId}) && !same(*keyId, Bytes{pseudonymKeyId}))) return status(0x6A88);
    const bool pseudonym = keyId->front() == pseudonymKeyId;
    if (pseudonym && !terminal.rights.has(Right::RestrictedIdentification)) return status(0x6982);
    auto& key = keys_[pseudonym ? 1 : 0];
    if (!key) key = generateKey(*Curve::standard(restrictedIdentificationCurve), random_);
    key_ = &*key;
    protocol_ = toBytes(*protocol);
    return status(0x9000);
}

ResponseApdu CardRestrictedIdentification::step(const CommandApdu& command, const ProvenTerminal& terminal)
{
    const auto outer = singleTlv(command.data);
    const auto sectorKeys = outer && *outer == 0x7C ? allTlv(outer->value, 2) : std::nullopt;
    Bytes answer;
    std::size_t answered = 0;
    for (std::size_t i = 0; sectorKeys && i < 2 && i < terminal.sectorHashes.size(); ++i)
    {
        const auto sectorKey = single(*sectorKeys, std::uint32_t(0xA0 + 2 * i));
        const auto id = sectorKey ? identify(*sectorKey, terminal.sectorHashes[i], terminal.hash) : std::nullopt;
        if (!id) continue;
        answer = concat({answer, tlv(std::uint32_t(0x81 + 2 * i), *id)});
        ++answered;
    }
    abort();
    if (answered == 0 || answered != sectorKeys->size()) return status(0x6A80);
    return {tlv(0x7C, answer), 0x9000};
}

// The certificate holds the hash of the sector key as the public key object 7F49.
std::optional<Bytes> CardRestrictedIdentification::identify(ByteView sectorKey, ByteView announcedHash, HashAlgorithm announcedBy) const
{
    const auto parts = allTlv(sectorKey, 8);
    if (!parts || !same(hash(announcedBy, tlv(0x7F49, sectorKey)), announcedHash)) return {};
    const auto oid = single(*parts, 0x06), p = single(*parts, 0x81), a = single(*parts, 0x82), b = single(*parts, 0x83), g = single(*parts, 0x84),
               n = single(*parts, 0x85), point = single(*parts, 0x86);
    if (!oid || !same(*oid, protocol_) || !p || !a || !b || !g || !n || !point) return {};
    const auto curve = Curve::matching(*p, *a, *b, *g, *n);
    if (!curve || curve->parameterId() != key_->curve.parameterId()) return {};
    const auto shared = agree(*key_, *point);
    return shared ? std::optional(hash(*hashOf(protocol_), shared->view())) : std::nullopt;
}

} // namespace eidkern::card
