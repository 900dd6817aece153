// The computation of PACE with ECDH generic mapping (TR-03110-3 B.1, A.3.4.1; TR-03110-2 3.2), the same for both ends; no I/O.
// Order: nonce, mapping keys on the standard curve, ephemeral keys on the mapped curve, tokens.
#pragma once
#include <optional>

#include "card/key_derivation.h"
#include "card/security_infos.h"
#include "core/card_values.h"
#include "core/ec.h"

namespace eidkern::card
{

std::size_t paceNonceSize(std::size_t keySize); // bytes: whole AES blocks that hold at least a key

// z = E(K_pi, s) and back, AES-CBC with IV 0 and no padding.
Bytes encryptNonce(const Secret& passwordKey, const Secret& nonce);
Secret decryptNonce(const Secret& passwordKey, ByteView encrypted);

// The curve with G~ = s * G + H. Nothing if the other's point is bad or our own one (a reflection).
std::optional<Curve> mapCurve(const EcKey& ownMappingKey, ByteView otherMappingPoint, const Secret& nonce);

struct PaceKeys
{
    SessionKeys session;
    Bytes ownToken, expectedToken; // each is the MAC over the receiver's ephemeral key
};

// Nothing if the other's ephemeral point is bad or our own one.
std::optional<PaceKeys> agreePaceKeys(const PaceInfo& info, const EcKey& ownEphemeralKey, ByteView otherEphemeralPoint);

// What the card says in the end, to whoever is its terminal.
bool isWrongPassword(std::uint16_t sw, PasswordId password); // the last status word, if it is not 9000
std::optional<std::string> parseCar(ByteView value);         // name of a trust point: 1 to 16 printable characters

} // namespace eidkern::card
