#include "core/rsa_cv_key.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern
{

RsaCvKey::RsaCvKey(std::uint8_t arc, unsigned bits) : arc_(arc), key_(EVP_RSA_gen(bits)) {}

Bytes RsaCvKey::object() const
{
    return tlv(0x7F49,
               {tlv(0x06, concat({oid::taRsa, ByteView(&arc_, 1)})), tlv(0x81, number(OSSL_PKEY_PARAM_RSA_N)), tlv(0x82, number(OSSL_PKEY_PARAM_RSA_E))});
}

Bytes RsaCvKey::sign(ByteView message, std::optional<int> salt) const
{
    static constexpr const char* hashes[] = {"SHA1", "SHA256", "SHA1", "SHA256", "SHA512", "SHA512"};
    const bool pss = arc_ == 3 || arc_ == 4 || arc_ == 6;
    const ossl::DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* settings = nullptr;
    Bytes out(std::size_t(EVP_PKEY_get_size(key_.get())));
    auto size = out.size();
    ossl::must(EVP_DigestSignInit_ex(context.get(), &settings, hashes[arc_ - 1], nullptr, nullptr, key_.get(), nullptr) == 1
                   && EVP_PKEY_CTX_set_rsa_padding(settings, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1
                   && (!pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, salt.value_or(RSA_PSS_SALTLEN_DIGEST)) == 1)
                   && EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1,
               "RSA signature");
    return out;
}

Bytes RsaCvKey::number(const char* name) const
{
    BIGNUM* n = nullptr;
    ossl::must(EVP_PKEY_get_bn_param(key_.get(), name, &n) == 1, "RSA key");
    const ossl::Bignum owner(n);
    Bytes out(std::size_t(BN_num_bytes(n)));
    BN_bn2bin(n, out.data());
    return out;
}

} // namespace eidkern
