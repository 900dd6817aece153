#include "card/pace.h"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>

#include "core/hash.h"

namespace eidkern::card
{

static constexpr std::array<std::uint8_t, 16> zeroIv{};

std::size_t paceNonceSize(std::size_t keySize) { return (keySize + 15) / 16 * 16; }

Bytes encryptNonce(const Secret& passwordKey, const Secret& nonce) { return aesCbcEncrypt(passwordKey, zeroIv, nonce.view()); }

Secret decryptNonce(const Secret& passwordKey, ByteView encrypted)
{
    auto clear = aesCbcDecrypt(passwordKey, zeroIv, encrypted);
    Secret nonce(clear);
    OPENSSL_cleanse(clear.data(), clear.size());
    return nonce;
}

std::optional<Curve> mapCurve(const EcKey& ownMappingKey, ByteView otherMappingPoint, const Secret& nonce)
{
    if (same(ownMappingKey.point, otherMappingPoint)) return {};
    const auto shared = multiply(ownMappingKey, otherMappingPoint);
    if (!shared) return {};
    return ownMappingKey.curve.mapped(nonce.view(), *shared);
}

std::optional<PaceKeys> agreePaceKeys(const PaceInfo& info, const EcKey& ownEphemeralKey, ByteView otherEphemeralPoint)
{
    if (same(ownEphemeralKey.point, otherEphemeralPoint)) return {};
    const auto shared = agree(ownEphemeralKey, otherEphemeralPoint);
    if (!shared) return {};
    auto session = deriveSessionKeys(*shared, info.keySize);
    auto ownToken = authenticationToken(session.mac, info.oid, otherEphemeralPoint);
    auto expectedToken = authenticationToken(session.mac, info.oid, ownEphemeralKey.point);
    return PaceKeys{std::move(session), std::move(ownToken), std::move(expectedToken)};
}

bool isWrongPassword(std::uint16_t sw, PasswordId password) { return sw >> 8 == 0x63 || (password == PasswordId::Pin && sw == 0x6983); }

std::optional<std::string> parseCar(ByteView value)
{
    const auto isPrintable = [](std::uint8_t byte) { return byte >= 0x20 && byte <= 0x7E; };
    if (value.empty() || value.size() > 16 || !std::ranges::all_of(value, isPrintable)) return {};
    return std::string(asText(value));
}

} // namespace eidkern::card
