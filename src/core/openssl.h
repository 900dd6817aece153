// OpenSSL's objects as owners, and a stop for what can only fail when memory is exhausted or we misuse the library.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

namespace eidkern::ossl
{

template<auto release>
struct Release
{
    template<typename T>
    void operator()(T* object) const
    {
        release(object);
    }
};
template<typename T, auto release> using Owner = std::unique_ptr<T, Release<release>>;

using Bignum = Owner<BIGNUM, BN_clear_free>;
using BignumContext = Owner<BN_CTX, BN_CTX_free>;
using Point = Owner<EC_POINT, EC_POINT_clear_free>;
using Pkey = Owner<EVP_PKEY, EVP_PKEY_free>;
using PkeyContext = Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owner<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherContext = Owner<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using MacContext = Owner<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using Signature = Owner<ECDSA_SIG, ECDSA_SIG_free>;

// Refused input is no error of this thread: what OpenSSL noted about it while this lives is forgotten. Left in the queue, it
// would end a TLS connection of the same thread at its next read, since SSL_get_error() looks there.
class QuietErrors
{
public:
    QuietErrors() { ERR_set_mark(); }
    ~QuietErrors() { ERR_pop_to_mark(); }
    QuietErrors(const QuietErrors&) = delete;
};

inline void must(bool held, const char* what) // not for input: for what cannot happen with a working OpenSSL
{
    if (held) return;
    std::fprintf(stderr, "eidkern: OpenSSL failed: %s\n", what);
    std::abort();
}

} // namespace eidkern::ossl
