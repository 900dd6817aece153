// Fresh TLS keys and X.509 certificates for the lab. Keys below today's minimum are allowed on purpose: a client must be
// able to meet them.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/bytes.h"

namespace eidkern::lab
{

using TlsKey = std::shared_ptr<EVP_PKEY>;
using TlsCertificate = std::shared_ptr<X509>;

TlsKey rsaKey(unsigned bits);
TlsKey ecKey(const char* group); // OpenSSL's name: "prime256v1", "brainpoolP256r1", "prime192v1", ...

struct CertificateSpec
{
    std::string commonName = "127.0.0.1";
    std::string subjectAltName = "IP:127.0.0.1,DNS:localhost"; // empty: no such extension
    std::chrono::seconds notBefore = std::chrono::hours(-1), notAfter = std::chrono::days(30); // from now
    const char* digest = "SHA256";
};

// Self-signed without `issuer`; the issuer's key comes with it.
TlsCertificate certificate(const CertificateSpec& spec, const TlsKey& key, const TlsCertificate& issuer = {}, const TlsKey& issuerKey = {});

Bytes der(const TlsCertificate& certificate); // what commCertificates hashes

} // namespace eidkern::lab
