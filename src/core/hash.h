// Hashes, AES and CMAC on OpenSSL's EVP interface.
#pragma once
#include <initializer_list>
#include <string_view>

#include "core/bytes.h"
#include "eidkern/secret.h"

namespace eidkern
{

enum class HashAlgorithm { Sha1, Sha224, Sha256, Sha384, Sha512 };
const char* openSslName(HashAlgorithm algorithm);
std::size_t sizeOf(HashAlgorithm algorithm); // bytes

Bytes hash(HashAlgorithm algorithm, ByteView message);
Secret hashSecret(HashAlgorithm algorithm, std::initializer_list<ByteView> parts);

// AES by key size (16, 24, 32 bytes). CBC without padding: the data is a multiple of 16 bytes.
Bytes aesCbcEncrypt(const Secret& key, ByteView iv, ByteView data);
Bytes aesCbcDecrypt(const Secret& key, ByteView iv, ByteView data);
Bytes aesBlock(const Secret& key, ByteView block);                      // one block, ECB
Bytes aesCmac(const Secret& key, std::initializer_list<ByteView> parts); // 16 bytes

} // namespace eidkern
