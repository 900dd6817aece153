#include "lab/card_security.h"

#include <algorithm>
#include <array>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "core/oid.h"
#include "core/openssl.h"
#include "core/tlv.h"

namespace eidkern::lab
{

namespace
{

using Reason = tl::unexpected<std::string>;
using Bio = ossl::Owner<BIO, BIO_free_all>;
using Cms = ossl::Owner<CMS_ContentInfo, CMS_ContentInfo_free>;
using Certificate = ossl::Owner<X509, X509_free>;
using Store = ossl::Owner<X509_STORE, X509_STORE_free>;
using CertificateList = ossl::Owner<STACK_OF(X509), [](STACK_OF(X509)* list) { sk_X509_free(list); }>;

constexpr std::size_t largestCardSecurity = 64 * 1024;

// The elements of the SET OF SecurityInfo, and the OID of one.
std::vector<Tlv> infosOf(ByteView der)
{
    const auto set = takeTlv(der);
    auto infos = set && set->tag == 0x31 ? allTlv(set->value) : std::nullopt;
    return infos ? std::move(*infos) : std::vector<Tlv>();
}

ByteView protocolOf(const Tlv& info)
{
    auto content = info.value;
    const auto oid = takeTlv(content);
    return oid && oid->tag == 0x06 ? oid->value : ByteView();
}

bool startsWith(ByteView oid, ByteView prefix) { return oid.size() >= prefix.size() && same(oid.first(prefix.size()), prefix); }

// What protects the session must be the same in the signed file: nobody may have offered weaker protocols in EF.CardAccess.
bool agree(ByteView efCardAccess, ByteView signedInfos)
{
    static constexpr std::array protocols{oid::bsi(2, 2, 2), oid::bsi(2, 2, 3), oid::bsi(2, 2, 4)}; // TA, CA, PACE
    const auto signedOnes = infosOf(signedInfos);
    const auto open = infosOf(efCardAccess);
    return !open.empty() && std::ranges::all_of(open, [&](const Tlv& info) {
        const auto protocol = protocolOf(info);
        const bool matters = std::ranges::any_of(protocols, [&](const auto& prefix) { return startsWith(protocol, prefix); });
        return !matters || std::ranges::any_of(signedOnes, [&](const Tlv& other) { return same(other.whole, info.whole); });
    });
}

bool isSecurityObject(const CMS_ContentInfo* cms)
{
    unsigned char* der = nullptr;
    const int size = i2d_ASN1_OBJECT(CMS_get0_eContentType(const_cast<CMS_ContentInfo*>(cms)), &der);
    const bool same = size > 0 && eidkern::same({der, std::size_t(size)}, tlv(0x06, oid::securityObject));
    OPENSSL_free(der);
    return same;
}

Store storeOf(const std::vector<Bytes>& cscas, Date today)
{
    Store store(X509_STORE_new());
    for (const auto& der : cscas)
    {
        const auto* at = der.data();
        const Certificate csca(d2i_X509(nullptr, &at, long(der.size())));
        if (csca) X509_STORE_add_cert(store.get(), csca.get());
    }
    auto* parameters = X509_STORE_get0_param(store.get());
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY); // a document signer is nobody's mail address
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN); // a CSCA link certificate may be the anchor
    X509_VERIFY_PARAM_set_time(parameters, std::chrono::system_clock::to_time_t(std::chrono::sys_days(daysOf(today)) + std::chrono::hours(12)));
    return store;
}

bool maySign(CMS_ContentInfo* cms) // keyUsage of the one document signer
{
    const CertificateList signers(CMS_get0_signers(cms));
    return signers && sk_X509_num(signers.get()) == 1 && (X509_get_key_usage(sk_X509_value(signers.get(), 0)) & KU_DIGITAL_SIGNATURE) != 0;
}

} // namespace

std::optional<Curve> chipAuthenticationCurve(ByteView efCardAccess)
{
    const auto infos = card::parseSecurityInfos(efCardAccess);
    if (!infos || infos->chipAuthentication.empty()) return {};
    const auto& all = infos->chipAuthenticationParameters;
    const auto own = std::ranges::find(all, infos->chipAuthentication.front().keyId, &card::ChipAuthenticationParameters::keyId);
    return own == all.end() ? std::nullopt : Curve::standard(own->parameterId);
}

tl::expected<card::SecurityInfos, std::string> verifyCardSecurity(ByteView bytes, ByteView efCardAccess, const std::vector<Bytes>& cscas, Date today)
{
    ERR_clear_error();
    const auto file = bytes.size() <= largestCardSecurity ? takeTlv(bytes) : std::nullopt; // zero bytes may follow
    const auto* at = file ? file->whole.data() : nullptr;
    const Cms cms(file ? d2i_CMS_ContentInfo(nullptr, &at, long(file->whole.size())) : nullptr);
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return Reason("EF.CardSecurity is not CMS SignedData");
    if (!isSecurityObject(cms.get())) return Reason("EF.CardSecurity has another content type than id-SecurityObject");
    if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms.get())) != 1) return Reason("EF.CardSecurity has not exactly one signer");
    const auto store = storeOf(cscas, today);
    const Bio content(BIO_new(BIO_s_mem()));
    const bool verified = CMS_verify(cms.get(), nullptr, store.get(), nullptr, content.get(), CMS_BINARY) == 1 && maySign(cms.get());
    ERR_clear_error();
    if (!verified) return Reason("EF.CardSecurity is not signed by a document signer of a trusted CSCA");
    unsigned char* data = nullptr;
    const auto size = BIO_get_mem_data(content.get(), &data);
    const ByteView signedInfos(data, std::size_t(size));
    if (!agree(efCardAccess, signedInfos)) return Reason("EF.CardAccess does not agree with EF.CardSecurity");
    auto infos = card::parseSecurityInfos(signedInfos);
    if (!infos) return Reason("EF.CardSecurity does not hold SecurityInfos");
    return std::move(*infos);
}

tl::expected<card::SessionKeys, std::string> verifyChipAuthentication(const card::SecurityInfos& infos, const EcKey& ephemeral, ByteView nonce, ByteView token)
{
    if (infos.chipAuthentication.empty()) return Reason("EF.CardSecurity offers no usable chip authentication");
    const auto& protocol = infos.chipAuthentication.front(); // the one that a client takes, too
    const auto key = std::ranges::find(infos.chipAuthenticationKeys, protocol.keyId, &card::ChipAuthenticationKey::keyId);
    if (key == infos.chipAuthenticationKeys.end()) return Reason("EF.CardSecurity has no key for its chip authentication");
    const auto shared = key->parameterId == ephemeral.curve.parameterId() ? eidkern::agree(ephemeral, key->point) : std::nullopt;
    if (!shared) return Reason("the chip authentication key is not a point on the announced curve");
    auto keys = card::deriveSessionKeys(*shared, protocol.keySize, nonce);
    const auto expected = card::authenticationToken(keys.mac, protocol.oid, ephemeral.point);
    if (nonce.size() != 8 || !equalInConstantTime(expected, token)) return Reason("the authentication token of the chip is wrong");
    return keys;
}

} // namespace eidkern::lab
