// Key derivation and authentication tokens of PACE and chip authentication (TR-03110-3 A.2.3, A.2.4), AES-128/192/256.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "eidkern/secret.h"

namespace eidkern::card
{

struct SessionKeys
{
    Secret encryption, mac;
};

// `keySize` in bytes (16, 24, 32) chooses the hash. `nonce` stands between the shared secret and the counter: chip
// authentication only.
SessionKeys deriveSessionKeys(const Secret& sharedSecret, std::size_t keySize, ByteView nonce = {});
Secret derivePasswordKey(const Secret& password, std::size_t keySize); // K_pi

// The MRZ as a password (ICAO 9303-11 4.4): document number (9 characters), birth and expiry (YYMMDD), each with its check
// digit; and the 20 bytes that stand for it in PACE.
std::string mrzInformation(std::string_view documentNumber, std::string_view dateOfBirth, std::string_view dateOfExpiry);
Secret mrzKeyMaterial(std::string_view information);

Bytes tokenInput(ByteView protocolOid, ByteView publicPoint); // 7F49 { 06 protocol OID, 86 public point }
Bytes authenticationToken(const Secret& macKey, ByteView protocolOid, ByteView publicPoint); // first 8 bytes of the CMAC over that

} // namespace eidkern::card
