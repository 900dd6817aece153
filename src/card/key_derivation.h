// Key derivation and authentication tokens of PACE and chip authentication (TR-03110-3 A.2.3, A.2.4), AES-128/192/256.
#pragma once
#include <optional>

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

Bytes tokenInput(ByteView protocolOid, ByteView publicPoint); // 7F49 { 06 protocol OID, 86 public point }
Bytes authenticationToken(const Secret& macKey, ByteView protocolOid, ByteView publicPoint); // first 8 bytes of the CMAC over that

} // namespace eidkern::card
