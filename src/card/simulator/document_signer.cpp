#include "card/simulator/document_signer.h"

#include <string>

#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/ec.h"
#include "core/openssl.h"

namespace eidkern::card
{

using namespace ossl;

using Certificate = Owner<X509, X509_free>;

static void require(bool good) { must(good, "test PKI of the simulated card"); }

static EcKey publishedKey(std::string_view owner)
{
    const auto curve = Curve::brainpoolP256r1();
    for (int attempt = 0;; ++attempt)
    {
        const auto sentence = "eidkern TEST key, published, worthless: " + std::string(owner) + ' ' + std::to_string(attempt);
        if (auto key = keyOf(curve, hashSecret(HashAlgorithm::Sha256, {asBytes(sentence)}))) return std::move(*key);
    }
}

static Pkey openSslKey(const EcKey& key)
{
    const Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
    const Bignum scalar(BN_bin2bn(key.scalar.view().data(), int(key.scalar.size()), nullptr));
    require(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "brainpoolP256r1", 0));
    require(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, key.point.data(), key.point.size()));
    require(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get()));
    const Owner<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* out = nullptr;
    require(EVP_PKEY_fromdata_init(context.get()) > 0 && EVP_PKEY_fromdata(context.get(), &out, EVP_PKEY_KEYPAIR, parameters.get()) > 0);
    return Pkey(out);
}

static void setName(X509_NAME* name, const char* commonName)
{
    const auto add = [&](const char* field, const char* text) {
        require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text), -1, -1, 0));
    };
    add("C", "DE");
    add("O", "eidkern TEST");
    add("CN", commonName);
}

static void addExtension(X509* subject, X509* issuer, int nid, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
    const Owner<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    require(extension && X509_add_ext(subject, extension.get(), -1));
}

struct Description
{
    const char* commonName;
    int serial;
    const char* basicConstraints;
    const char* keyUsage;
};

static Certificate issue(const Description& what, EVP_PKEY* subjectKey, X509* issuer, EVP_PKEY* issuerKey) // issuer: null = itself
{
    Certificate certificate(X509_new());
    auto* subject = certificate.get();
    require(X509_set_version(subject, X509_VERSION_3) && ASN1_INTEGER_set(X509_get_serialNumber(subject), what.serial));
    require(ASN1_TIME_set_string_X509(X509_getm_notBefore(subject), "20200101000000Z"));
    require(ASN1_TIME_set_string_X509(X509_getm_notAfter(subject), "20500101000000Z"));
    setName(X509_get_subject_name(subject), what.commonName);
    require(X509_set_issuer_name(subject, X509_get_subject_name(issuer ? issuer : subject)) && X509_set_pubkey(subject, subjectKey));
    addExtension(subject, subject, NID_subject_key_identifier, "hash");
    addExtension(subject, issuer ? issuer : subject, NID_authority_key_identifier, "keyid:always");
    addExtension(subject, subject, NID_basic_constraints, what.basicConstraints);
    addExtension(subject, subject, NID_key_usage, what.keyUsage);
    require(X509_sign(subject, issuerKey, EVP_sha256()) > 0);
    return certificate;
}

template<auto Encode, typename T>
static Bytes derOf(T* object)
{
    unsigned char* der = nullptr;
    const int size = Encode(object, &der);
    require(size > 0);
    Bytes out(der, der + size);
    OPENSSL_free(der);
    return out;
}

namespace
{

struct Signer
{
    Pkey key;
    Certificate certificate;
};

}

static Signer makeCsca()
{
    auto key = openSslKey(publishedKey("CSCA"));
    auto certificate = issue({"eidkern TEST CSCA of simulated cards", 1, "critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign"}, key.get(), nullptr,
                             key.get());
    return {std::move(key), std::move(certificate)};
}

static const Signer& documentSigner() // made once: it costs more than what it signs
{
    static const auto signer = [] {
        const auto csca = makeCsca();
        auto key = openSslKey(publishedKey("document signer"));
        auto certificate = issue({"eidkern TEST document signer", 2, "critical,CA:FALSE", "critical,digitalSignature"}, key.get(), csca.certificate.get(),
                                 csca.key.get());
        return Signer{std::move(key), std::move(certificate)};
    }();
    return signer;
}

Bytes testCscaCertificate() { return derOf<i2d_X509>(makeCsca().certificate.get()); }

Bytes signCardSecurity(ByteView securityInfos)
{
    const auto& signer = documentSigner();
    const Owner<BIO, BIO_free> content(BIO_new_mem_buf(securityInfos.data(), int(securityInfos.size())));
    const Owner<ASN1_OBJECT, ASN1_OBJECT_free> contentType(OBJ_txt2obj("0.4.0.127.0.7.3.2.1", 1));
    const Owner<CMS_ContentInfo, CMS_ContentInfo_free> cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY));
    require(cms && CMS_set1_eContentType(cms.get(), contentType.get()));
    require(CMS_add1_signer(cms.get(), signer.certificate.get(), signer.key.get(), EVP_sha256(), CMS_BINARY | CMS_NOSMIMECAP) != nullptr);
    require(CMS_final(cms.get(), content.get(), nullptr, CMS_BINARY));
    return derOf<i2d_CMS_ContentInfo>(cms.get());
}

} // namespace eidkern::card
