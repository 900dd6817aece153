#include "network/tls_offer.h"

#include <QHostAddress>
#include <QString>
#include <algorithm>
#include <array>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

namespace eidkern::network
{

TlsOffer::TlsOffer(std::vector<std::string> s, std::vector<std::string> g, std::vector<std::string> a, bool stapling)
    : suites(std::move(s)), groups(std::move(g)), signatures(std::move(a)), ocspStapling(stapling)
{
}

static std::string list(const std::vector<std::string>& names)
{
    std::string all;
    for (const auto& name : names) all.append(all.empty() ? "" : ":").append(name);
    return all;
}

static int collect(int fine, X509_STORE_CTX* check)
{
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
    if (!fine) static_cast<TlsHandshake*>(SSL_get_app_data(ssl))->verdicts.push_back(X509_STORE_CTX_get_error(check));
    return 1; // judged before the first byte of HTTP leaves
}

SSL_CTX* TlsOffer::context() const
{
    if (context_) return context_.get();
    context_.reset(SSL_CTX_new(TLS_client_method()));
    auto* c = context_.get();
    const bool set = c && SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) && SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION)
                  && SSL_CTX_set_cipher_list(c, list(suites).c_str()) && (groups.empty() || SSL_CTX_set1_groups_list(c, list(groups).c_str()))
                  && SSL_CTX_set1_sigalgs_list(c, list(signatures).c_str());
    ossl::must(set, "a TLS profile"); // each of them is tested
    if (ocspStapling) SSL_CTX_set_tlsext_status_type(c, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF); // who resumes a session has kept it
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, collect);
    return c;
}

static KeyKind kindOf(const EVP_PKEY* key)
{
    switch (key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE)
    {
        case EVP_PKEY_NONE: return KeyKind::None;
        case EVP_PKEY_RSA: return KeyKind::Rsa;
        case EVP_PKEY_DSA: return KeyKind::Dsa;
        case EVP_PKEY_DH:
        case EVP_PKEY_DHX: return KeyKind::Dh;
        case EVP_PKEY_EC: return KeyKind::Ec;
        default: return KeyKind::Other;
    }
}

// RFC 2818: dNSName or iPAddress; the CN only where there is neither.
static bool hostMatches(X509* certificate, const std::string& host)
{
    if (host.empty()) return false;
    if (!QHostAddress(QString::fromStdString(host)).isNull()) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
    return X509_check_host(certificate, host.data(), host.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
}

// As a name, because people and logs shall read it. What is not in this list is expected of certificates that no authority
// known here has issued; short keys are judged by their size.
static constexpr std::array<std::pair<int, const char*>, 9> fatal{{{X509_V_ERR_CERT_SIGNATURE_FAILURE, "CertificateSignatureFailed"},
                                                                   {X509_V_ERR_CERT_NOT_YET_VALID, "CertificateNotYetValid"},
                                                                   {X509_V_ERR_CERT_HAS_EXPIRED, "CertificateExpired"},
                                                                   {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, "InvalidNotBeforeField"},
                                                                   {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, "InvalidNotAfterField"},
                                                                   {X509_V_ERR_CERT_REVOKED, "CertificateRevoked"},
                                                                   {X509_V_ERR_INVALID_CA, "InvalidCaCertificate"},
                                                                   {X509_V_ERR_CERT_REJECTED, "CertificateRejected"},
                                                                   {X509_V_ERR_SUBJECT_ISSUER_MISMATCH, "SubjectIssuerMismatch"}}};

// Nobody can tell whose answer it is without a trust store: only a server that calls itself revoked is taken at its word.
static bool saysRevoked(SSL* ssl, X509* certificate)
{
    const ossl::QuietErrors quiet;
    const unsigned char* stapled = nullptr;
    const auto size = SSL_get_tlsext_status_ocsp_resp(ssl, static_cast<void*>(&stapled));
    if (size <= 0) return false;
    const ossl::Owner<OCSP_RESPONSE, OCSP_RESPONSE_free> answer(d2i_OCSP_RESPONSE(nullptr, &stapled, size));
    const ossl::Owner<OCSP_BASICRESP, OCSP_BASICRESP_free> basic(answer ? OCSP_response_get1_basic(answer.get()) : nullptr);
    for (int i = 0; basic && i < OCSP_resp_count(basic.get()); ++i)
    {
        auto* each = OCSP_resp_get0(basic.get(), i);
        ASN1_INTEGER* serial = nullptr;
        OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(each)));
        const bool itself = ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) == 0;
        if (itself && OCSP_single_get0_status(each, nullptr, nullptr, nullptr, nullptr) == V_OCSP_CERTSTATUS_REVOKED) return true;
    }
    return false;
}

static Bytes derOf(X509* certificate)
{
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    Bytes bytes(der, der + std::max(0, size));
    OPENSSL_free(der);
    return bytes;
}

TlsFacts factsOf(SSL* ssl, const std::string& host)
{
    TlsFacts facts;
    facts.cipher = SSL_get_cipher_name(ssl);
    facts.resumed = SSL_session_reused(ssl) == 1;
    EVP_PKEY* agreed = nullptr;
    if (SSL_get_peer_tmp_key(ssl, static_cast<void*>(&agreed)) == 1)
    {
        const ossl::Pkey ephemeral(agreed);
        facts.ephemeralKey = kindOf(agreed);
        facts.ephemeralBits = EVP_PKEY_get_bits(agreed);
    }
    for (const int verdict : static_cast<const TlsHandshake*>(SSL_get_app_data(ssl))->verdicts)
        for (const auto& [number, name] : fatal)
            if (number == verdict) facts.fatalErrors.emplace_back(name);
    auto* certificate = SSL_get0_peer_certificate(ssl);
    if (!certificate) return facts;
    facts.certificate = derOf(certificate);
    const auto* key = X509_get0_pubkey(certificate);
    facts.certificateKey = kindOf(key);
    facts.certificateBits = key ? EVP_PKEY_get_bits(key) : 0;
    facts.hostMatches = hostMatches(certificate, host);
    if (!facts.resumed && saysRevoked(ssl, certificate)) facts.fatalErrors.emplace_back("CertificateRevoked");
    return facts;
}

} // namespace eidkern::network
