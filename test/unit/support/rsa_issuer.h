// RSA keys for CV certificates of tests, and their signatures.
#pragma once
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "core/cvc.h"
#include "core/oid.h"
#include "core/openssl.h"
#include "core/tlv.h"

namespace eidkern::test
{

class RsaKey // `arc`: the last one of id-TA-RSA, 1..6
{
public:
    explicit RsaKey(std::uint8_t arc, unsigned bits = 2048) : arc_(arc), key_(EVP_RSA_gen(bits)) {}

    Bytes object() const // 7F49
    {
        return tlv(0x7F49,
                   {tlv(0x06, concat({oid::taRsa, ByteView(&arc_, 1)})), tlv(0x81, number(OSSL_PKEY_PARAM_RSA_N)), tlv(0x82, number(OSSL_PKEY_PARAM_RSA_E))});
    }

    Bytes sign(ByteView message, int salt = RSA_PSS_SALTLEN_DIGEST) const // `salt`: bytes of it in PSS
    {
        static constexpr const char* hashes[] = {"SHA1", "SHA256", "SHA1", "SHA256", "SHA512", "SHA512"};
        const bool pss = arc_ == 3 || arc_ == 4 || arc_ == 6;
        const ossl::DigestContext context(EVP_MD_CTX_new());
        EVP_PKEY_CTX* settings = nullptr;
        Bytes out(std::size_t(EVP_PKEY_get_size(key_.get())));
        auto size = out.size();
        ossl::must(EVP_DigestSignInit_ex(context.get(), &settings, hashes[arc_ - 1], nullptr, nullptr, key_.get(), nullptr) == 1
                       && EVP_PKEY_CTX_set_rsa_padding(settings, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1
                       && (!pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, salt) == 1)
                       && EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1,
                   "RSA signature");
        return out;
    }

private:
    Bytes number(const char* name) const
    {
        BIGNUM* n = nullptr;
        ossl::must(EVP_PKEY_get_bn_param(key_.get(), name, &n) == 1, "RSA key");
        const ossl::Bignum owner(n);
        Bytes out(std::size_t(BN_num_bytes(n)));
        BN_bn2bin(n, out.data());
        return out;
    }

    std::uint8_t arc_;
    ossl::Pkey key_;
};

} // namespace eidkern::test
