#include "card/key_derivation.h"

#include "core/hash.h"
#include "core/tlv.h"

namespace eidkern::card
{

static Secret derive(const Secret& secret, ByteView nonce, std::uint8_t counter, std::size_t keySize)
{
    const auto algorithm = keySize == 16 ? HashAlgorithm::Sha1 : HashAlgorithm::Sha256;
    const std::uint8_t number[] = {0, 0, 0, counter};
    const auto digest = hashSecret(algorithm, {secret.view(), nonce, number});
    return Secret(digest.view().first(keySize));
}

SessionKeys deriveSessionKeys(const Secret& sharedSecret, std::size_t keySize, ByteView nonce)
{
    return {derive(sharedSecret, nonce, 1, keySize), derive(sharedSecret, nonce, 2, keySize)};
}

Secret derivePasswordKey(const Secret& password, std::size_t keySize) { return derive(password, {}, 3, keySize); }

static char checkDigit(std::string_view field) // ICAO 9303-3 4.9: weights 7 3 1; A is 10, the filler 0
{
    static constexpr int weights[] = {7, 3, 1};
    int sum = 0;
    for (std::size_t i = 0; i < field.size(); ++i)
    {
        const char c = field[i];
        sum += weights[i % 3] * (c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 0);
    }
    return char('0' + sum % 10);
}

std::string mrzInformation(std::string_view documentNumber, std::string_view dateOfBirth, std::string_view dateOfExpiry)
{
    std::string out;
    for (const auto field : {documentNumber, dateOfBirth, dateOfExpiry}) (out += field) += checkDigit(field);
    return out;
}

Secret mrzKeyMaterial(std::string_view information) { return hashSecret(HashAlgorithm::Sha1, {asBytes(information)}); }

Bytes tokenInput(ByteView protocolOid, ByteView publicPoint) { return tlv(0x7F49, {tlv(0x06, protocolOid), tlv(0x86, publicPoint)}); }

Bytes authenticationToken(const Secret& macKey, ByteView protocolOid, ByteView publicPoint)
{
    auto mac = aesCmac(macKey, {tokenInput(protocolOid, publicPoint)});
    mac.resize(8);
    return mac;
}

} // namespace eidkern::card
