// RSA signatures as CV certificates may carry them (TR-03110-3, id-TA-RSA): PKCS #1 v1.5 and PSS. Verification only.
#pragma once
#include "core/bytes.h"
#include "core/hash.h"

namespace eidkern
{

enum class RsaPadding { Pkcs1, Pss }; // PSS: MGF1 with the same hash, salt as long as the hash

struct RsaPublicKey
{
    Bytes modulus, exponent; // big endian

    bool usable() const; // 1024 to 4096 bits without leading zeros; exponent odd, at least 3 and of at most 8 bytes
};

// False as well for a key that is not usable, or a signature that is not exactly as long as the modulus.
bool verify(const RsaPublicKey& key, RsaPadding padding, HashAlgorithm hash, ByteView message, ByteView signature);

} // namespace eidkern
