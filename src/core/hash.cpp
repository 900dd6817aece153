#include "core/hash.h"

#include <array>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "core/openssl.h"

namespace eidkern
{

using ossl::must;

const char* openSslName(HashAlgorithm algorithm)
{
    static constexpr std::array names{"SHA1", "SHA224", "SHA256", "SHA384", "SHA512"};
    return names[std::size_t(algorithm)];
}

std::size_t sizeOf(HashAlgorithm algorithm)
{
    static constexpr std::array<std::size_t, 5> sizes{20, 28, 32, 48, 64};
    return sizes[std::size_t(algorithm)];
}

static void digest(HashAlgorithm algorithm, std::initializer_list<ByteView> parts, std::uint8_t* out)
{
    const ossl::DigestContext context(EVP_MD_CTX_new());
    bool held = EVP_DigestInit_ex(context.get(), EVP_get_digestbyname(openSslName(algorithm)), nullptr) == 1;
    for (const auto part : parts) held = held && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
    must(held && EVP_DigestFinal_ex(context.get(), out, nullptr) == 1, "digest");
}

Bytes hash(HashAlgorithm algorithm, ByteView message)
{
    Bytes out(sizeOf(algorithm));
    digest(algorithm, {message}, out.data());
    return out;
}

Secret hashSecret(HashAlgorithm algorithm, std::initializer_list<ByteView> parts)
{
    auto out = Secret::ofSize(sizeOf(algorithm));
    digest(algorithm, parts, out.data());
    return out;
}

static const EVP_CIPHER* aes(std::size_t keySize, bool cbc)
{
    switch (keySize)
    {
        case 16: return cbc ? EVP_aes_128_cbc() : EVP_aes_128_ecb();
        case 24: return cbc ? EVP_aes_192_cbc() : EVP_aes_192_ecb();
        default: return cbc ? EVP_aes_256_cbc() : EVP_aes_256_ecb();
    }
}

static Bytes crypt(const EVP_CIPHER* cipher, const Secret& key, const std::uint8_t* iv, ByteView data, int encrypting)
{
    const ossl::CipherContext context(EVP_CIPHER_CTX_new());
    Bytes out(data.size());
    int written = 0;
    must(key.size() == std::size_t(EVP_CIPHER_get_key_length(cipher)) && data.size() % 16 == 0, "key or data size");
    must(EVP_CipherInit_ex(context.get(), cipher, nullptr, key.view().data(), iv, encrypting) == 1 && EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1
             && (data.empty() || EVP_CipherUpdate(context.get(), out.data(), &written, data.data(), int(data.size())) == 1)
             && std::size_t(written) == data.size(),
         "cipher");
    return out;
}

Bytes aesCbcEncrypt(const Secret& key, ByteView iv, ByteView data) { return crypt(aes(key.size(), true), key, iv.data(), data, 1); }
Bytes aesCbcDecrypt(const Secret& key, ByteView iv, ByteView data) { return crypt(aes(key.size(), true), key, iv.data(), data, 0); }
Bytes aesBlock(const Secret& key, ByteView block) { return crypt(aes(key.size(), false), key, nullptr, block, 1); }

Bytes aesCmac(const Secret& key, std::initializer_list<ByteView> parts)
{
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "CMAC", nullptr); // lives as long as the program
    const ossl::MacContext context(EVP_MAC_CTX_new(algorithm));
    std::string cipher = EVP_CIPHER_get0_name(aes(key.size(), true));
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0), OSSL_PARAM_construct_end()};
    bool held = EVP_MAC_init(context.get(), key.view().data(), key.size(), params) == 1;
    for (const auto part : parts) held = held && EVP_MAC_update(context.get(), part.data(), part.size()) == 1;
    Bytes out(16);
    std::size_t size = 0;
    must(held && EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1 && size == 16, "CMAC");
    return out;
}

} // namespace eidkern
