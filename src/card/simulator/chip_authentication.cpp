#include "card/simulator/chip_authentication.h"

#include "core/tlv.h"

namespace eidkern::card
{

static constexpr std::size_t nonceSize = 8;

static ResponseApdu status(std::uint16_t sw) { return {{}, sw}; }

std::shared_ptr<const ChipKeys> makeChipKeys(const CardProtocols& protocols, Random& random, const std::optional<EcKey>& given)
{
    auto key = given ? given->clone() : generateKey(*Curve::standard(protocols.chipAuthentication.parameterId), random);
    auto privilegedKey = generateKey(key.curve, random);
    auto efCardSecurity = makeEfCardSecurity(key.point, privilegedKey.point, protocols);
    return std::make_shared<const ChipKeys>(ChipKeys{protocols, std::move(key), std::move(privilegedKey), std::move(efCardSecurity)});
}

ResponseApdu CardChipAuthentication::setKey(const CommandApdu& command, const ProvenTerminal& terminal)
{
    abort();
    const auto objects = allTlv(command.data, 2);
    const auto protocol = objects ? single(*objects, 0x80) : std::nullopt;
    if (!protocol) return status(0x6A80);
    const auto* keyId = find(*objects, 0x84);
    const bool privileged = keyId && same(keyId->value, Bytes{privilegedKeyId});
    if (!same(*protocol, keys_->protocols.chipAuthentication.oid()) || (keyId && !privileged && !same(keyId->value, Bytes{chipAuthenticationKeyId})))
        return status(0x6A88);
    if (privileged && !terminal.rights.has(Right::Privileged)) return status(0x6982);
    chosen_ = privileged ? &keys_->privilegedKey : &keys_->key;
    return status(0x9000);
}

ResponseApdu CardChipAuthentication::step(const CommandApdu& command, Session& session)
{
    const auto& key = *std::exchange(chosen_, nullptr);
    const auto outer = singleTlv(command.data);
    const auto objects = outer && *outer == 0x7C ? allTlv(outer->value, 1) : std::nullopt;
    const auto point = objects ? single(*objects, 0x80) : std::nullopt;
    if (!point || !key.curve.hasPoint(*point)) return status(0x6A80);
    if (!same(xCoordinate(*point), session.terminal->keyHash)) return status(0x6984);
    const auto shared = agree(key, *point);
    if (!shared) return status(0x6A80);

    const auto nonce = random_.bytes(nonceSize);
    const auto& protocol = keys_->protocols.chipAuthentication;
    auto keys = deriveSessionKeys(*shared, protocol.keySize, nonce);
    const auto token = authenticationToken(keys.mac, protocol.oid(), *point);
    session.next.emplace(std::move(keys));
    session.chipAuthenticated = true;
    return {tlv(0x7C, {tlv(0x81, nonce), tlv(0x82, token)}), 0x9000};
}

} // namespace eidkern::card
