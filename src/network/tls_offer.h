// What the client offers in a TLS handshake, and what it learnt from one. The judgement over these facts is the workflow's.
#pragma once
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "core/openssl.h"
#include "core/web.h"

namespace eidkern::network
{

// One kind of connection of a profile. Its connections share one SSL_CTX, which is made for the first of them.
class TlsOffer
{
public:
    TlsOffer(std::vector<std::string> suites, std::vector<std::string> groups, std::vector<std::string> signatures, bool ocspStapling);

    const std::vector<std::string> suites, groups, signatures; // OpenSSL's names, in the order in which they are offered
    const bool ocspStapling;                                   // status_request (RFC 6066 8); a server need not have an answer

    // TLS 1.2 only, no renegotiation, no trust store: the machine's CA files are never read, certificates are judged by hash.
    // Each connection needs a TlsHandshake as its app data. No verdict about a certificate ends a handshake.
    SSL_CTX* context() const;

private:
    mutable ossl::Owner<SSL_CTX, SSL_CTX_free> context_;
};

struct TlsHandshake // what OpenSSL's callbacks read and write
{
    const Psk* psk = nullptr;
    std::vector<int> verdicts = {}; // X509_V_ERR_...
};

// Out of a finished handshake.
TlsFacts factsOf(SSL* ssl, const std::string& host);

} // namespace eidkern::network
