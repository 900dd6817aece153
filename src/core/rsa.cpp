#include "core/rsa.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "core/openssl.h"

namespace eidkern
{

using namespace ossl;

bool RsaPublicKey::usable() const
{
    const bool sized = modulus.size() >= 128 && modulus.size() <= 512 && (modulus.front() & 0x80) && (modulus.back() & 1);
    const bool raised = !exponent.empty() && exponent.size() <= 8 && exponent.front() != 0 && (exponent.back() & 1);
    return sized && raised && !same(exponent, Bytes{1});
}

static Pkey publicKey(const RsaPublicKey& key)
{
    const Bignum n(BN_bin2bn(key.modulus.data(), int(key.modulus.size()), nullptr)), e(BN_bin2bn(key.exponent.data(), int(key.exponent.size()), nullptr));
    const Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build(OSSL_PARAM_BLD_new());
    must(n && e && OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1
             && OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1,
         "key parameters");
    const Owner<OSSL_PARAM, OSSL_PARAM_free> params(OSSL_PARAM_BLD_to_param(build.get()));
    const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* out = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 || EVP_PKEY_fromdata(context.get(), &out, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) return {};
    return Pkey(out);
}

bool verify(const RsaPublicKey& key, RsaPadding padding, HashAlgorithm hash, ByteView message, ByteView signature)
{
    if (!key.usable() || signature.size() != key.modulus.size()) return false;
    const QuietErrors quiet;
    const auto pkey = publicKey(key);
    if (!pkey) return false;
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* settings = nullptr; // the context's
    if (EVP_DigestVerifyInit_ex(context.get(), &settings, openSslName(hash), nullptr, nullptr, pkey.get(), nullptr) != 1) return false;
    const bool pss = padding == RsaPadding::Pss;
    must(EVP_PKEY_CTX_set_rsa_padding(settings, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1
             && (!pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1),
         "RSA padding");
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

} // namespace eidkern
