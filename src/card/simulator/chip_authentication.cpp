#include "card/simulator/chip_authentication.h"

#include "card/simulator/card_files.h"
#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern::card
{

static constexpr std::size_t keySize = 16, nonceSize = 8;

static ResponseApdu status(std::uint16_t sw) { return {{}, sw}; }

ResponseApdu CardChipAuthentication::setKey(const CommandApdu& command)
{
    ready_ = false;
    const auto objects = allTlv(command.data, 2);
    const auto protocol = objects ? single(*objects, 0x80) : std::nullopt;
    if (!protocol) return status(0x6A80);
    const auto* keyId = find(*objects, 0x84);
    if (!same(*protocol, oid::caEcdhAes128) || (keyId && !same(keyId->value, Bytes{chipAuthenticationKeyId}))) return status(0x6A88);
    ready_ = true;
    return status(0x9000);
}

ResponseApdu CardChipAuthentication::step(const CommandApdu& command, Session& session)
{
    ready_ = false;
    const auto outer = singleTlv(command.data);
    const auto objects = outer && *outer == 0x7C ? allTlv(outer->value, 1) : std::nullopt;
    const auto point = objects ? single(*objects, 0x80) : std::nullopt;
    if (!point || !key_.curve.hasPoint(*point)) return status(0x6A80);
    if (!same(xCoordinate(*point), session.terminal->keyHash)) return status(0x6984);
    const auto shared = agree(key_, *point);
    if (!shared) return status(0x6A80);

    const auto nonce = random_.bytes(nonceSize);
    auto keys = deriveSessionKeys(*shared, keySize, nonce);
    const auto token = authenticationToken(keys.mac, oid::caEcdhAes128, *point);
    session.next.emplace(std::move(keys));
    session.chipAuthenticated = true;
    return {tlv(0x7C, {tlv(0x81, nonce), tlv(0x82, token)}), 0x9000};
}

} // namespace eidkern::card
