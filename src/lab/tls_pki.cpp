#include "lab/tls_pki.h"

#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace eidkern::lab
{

static TlsKey owned(EVP_PKEY* key) { return TlsKey(key, EVP_PKEY_free); }

TlsKey rsaKey(unsigned bits) { return owned(EVP_RSA_gen(bits)); }
TlsKey ecKey(const char* group) { return owned(EVP_EC_gen(group)); }

static void addExtension(X509* to, X509* issuer, int nid, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    X509_add_ext(to, extension, -1);
    X509_EXTENSION_free(extension);
}

TlsCertificate certificate(const CertificateSpec& spec, const TlsKey& key, const TlsCertificate& issuer, const TlsKey& issuerKey)
{
    TlsCertificate made(X509_new(), X509_free);
    auto* x = made.get();
    std::uint32_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), long(serial));
    X509_gmtime_adj(X509_getm_notBefore(x), long(spec.notBefore.count()));
    X509_gmtime_adj(X509_getm_notAfter(x), long(spec.notAfter.count()));
    X509_set_pubkey(x, key.get());
    auto* name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(spec.commonName.c_str()), -1, -1, 0);
    X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer.get()) : name);
    auto* above = issuer ? issuer.get() : x;
    if (!spec.subjectAltName.empty()) addExtension(x, above, NID_subject_alt_name, spec.subjectAltName.c_str());
    addExtension(x, above, NID_key_usage, EVP_PKEY_is_a(key.get(), "RSA") ? "digitalSignature,keyEncipherment" : "digitalSignature");
    X509_sign(x, (issuerKey ? issuerKey : key).get(), EVP_get_digestbyname(spec.digest));
    return made;
}

Bytes der(const TlsCertificate& certificate)
{
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(certificate.get(), &bytes);
    if (size < 0) return {};
    Bytes out(bytes, bytes + size);
    OPENSSL_free(bytes);
    return out;
}

} // namespace eidkern::lab
