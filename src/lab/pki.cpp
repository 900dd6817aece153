#include "lab/pki.h"

#include "core/certificate_description.h"
#include "core/oid.h"
#include "core/tlv.h"
#include "lab/terms_of_usage.h"

namespace eidkern::lab
{

namespace
{

constexpr auto formerCvcaName = "DELABCVCA00000", cvcaName = "DELABCVCA00001", dvName = "DELABDV000001", atName = "DELABAT000001";

Date plusDays(Date date, int days) { return dateOf(std::chrono::sys_days(daysOf(date)) + std::chrono::days(days)); }
Rights everyRight() { return Rights(~std::uint64_t(0)); }

CvIssue cvcaFrom(Date today)
{
    return {.car = cvcaName,
            .chr = cvcaName,
            .chat = Chat::of(Role::Cvca, everyRight()),
            .effective = plusDays(today, -1),
            .expiration = plusDays(today, 3 * 365),
            .withDomainParameters = true};
}

CvIssue dvFrom(Date today)
{
    return {
        .car = cvcaName, .chr = dvName, .chat = Chat::of(Role::DvOfficial, everyRight()), .effective = plusDays(today, -1), .expiration = plusDays(today, 90)};
}

CvCertificate issueRsa(const CvIssue& what, const RsaCvKey& subject, const RsaCvKey& issuer)
{
    return issueCvc(what, subject.object(), [&](ByteView body) { return issuer.sign(body); });
}

} // namespace

LabPki LabPki::fresh(Random& random, Date today)
{
    const auto curve = Curve::brainpoolP256r1();
    auto cvcaKey = generateKey(curve, random), dvKey = generateKey(curve, random), atKey = generateKey(curve, random);
    auto cvca = issueCvc(cvcaFrom(today), cvcaKey, cvcaKey);
    auto dv = issueCvc(dvFrom(today), dvKey, cvcaKey);
    const auto eServiceKey = ecKey("prime256v1"), eidServerKey = rsaKey(3072);
    const auto tlsOf = [](const TlsKey& key, const char* name) { return certificate({.commonName = name, .notAfter = std::chrono::days(90)}, key); };
    return {.cvcaKey = std::move(cvcaKey),
            .dvKey = std::move(dvKey),
            .atKey = std::move(atKey),
            .cvca = std::move(cvca),
            .dv = std::move(dv),
            .eServiceKey = eServiceKey,
            .eidServerKey = eidServerKey,
            .eServiceCertificate = tlsOf(eServiceKey, "eidkern lab eService"),
            .eidServerCertificate = tlsOf(eidServerKey, "eidkern lab eID-Server")};
}

void LabPki::addFormerCvca(Random& random, Date today)
{
    const auto formerKey = generateKey(Curve::brainpoolP256r1(), random);
    CvIssue what{.car = formerCvcaName,
                 .chr = formerCvcaName,
                 .chat = Chat::of(Role::Cvca, everyRight()),
                 .effective = plusDays(today, -3 * 365),
                 .expiration = plusDays(today, 30),
                 .withDomainParameters = true};
    formerCvca = issueCvc(what, formerKey, formerKey);
    what.chr = cvcaName;
    what.effective = cvca.effective;
    what.expiration = cvca.expiration;
    link = issueCvc(what, cvcaKey, formerKey);
}

void LabPki::useRsa(RsaPadding padding, Date today)
{
    const std::uint8_t arc = padding == RsaPadding::Pss ? 4 : 2; // with SHA-256
    rsa = std::make_shared<RsaChain>(RsaChain{RsaCvKey(arc), RsaCvKey(arc), RsaCvKey(arc)});
    cvca = issueRsa(cvcaFrom(today), rsa->cvca, rsa->cvca);
    dv = issueRsa(dvFrom(today), rsa->dv, rsa->cvca);
    at = {};
}

Bytes LabPki::sectorKeyObject() const
{
    const auto& c = sectorKey->curve;
    return concat({tlv(0x06, oid::riEcdhSha256), tlv(0x81, c.prime()), tlv(0x82, c.a()), tlv(0x83, c.b()), tlv(0x84, c.generator()), tlv(0x85, c.order()),
                   tlv(0x86, sectorKey->point), tlv(0x87, Bytes{1})});
}

Bytes LabPki::signTerminal(ByteView message) const { return rsa ? rsa->at.sign(message) : sign(atKey, HashAlgorithm::Sha256, message); }

void LabPki::issueTerminal(const std::string& origin, Rights rights, Date today)
{
    const auto digest = [](const TlsCertificate& certificate) { return hash(HashAlgorithm::Sha256, der(certificate)); };
    auto wanted = encode(CertificateDescription{.format = descriptionFormat,
                                                .issuerName = "eidkern lab DV",
                                                .issuerUrl = "https://lab.example/dv",
                                                .subjectName = "Probierladen am Prüfstand",
                                                .subjectUrl = origin,
                                                .termsOfUsage = termsOfUsage(descriptionFormat),
                                                .redirectUrl = {},
                                                .commCertificates = {digest(eServiceCertificate), digest(eidServerCertificate)}});
    const auto descriptionHash = hash(HashAlgorithm::Sha256, wanted);
    std::vector<Bytes> sectorHashes;
    if (sectorKey && rights.has(Right::RestrictedIdentification)) sectorHashes.push_back(hash(HashAlgorithm::Sha256, tlv(0x7F49, sectorKeyObject())));
    const bool sameKey = !rsa && at.key.point == atKey.point;
    const bool sameText = at.descriptionHash == descriptionHash && at.chat.rights == rights && at.sectorHashes == sectorHashes;
    description = std::move(wanted);
    if (sameKey && sameText && at.validOn(today)) return;
    const CvIssue what{.car = dvName,
                       .chr = atName,
                       .chat = Chat::of(Role::Terminal, rights),
                       .effective = plusDays(today, -1),
                       .expiration = plusDays(today, 30),
                       .descriptionHash = descriptionHash,
                       .sectorHashes = std::move(sectorHashes)};
    at = rsa ? issueRsa(what, rsa->at, rsa->dv) : issueCvc(what, atKey, dvKey);
}

} // namespace eidkern::lab
