#include "lab/pki.h"

#include "core/certificate_description.h"

namespace eidkern::lab
{

namespace
{

constexpr auto formerCvcaName = "DELABCVCA00000", cvcaName = "DELABCVCA00001", dvName = "DELABDV000001", atName = "DELABAT000001";

constexpr auto termsOfUsage = "Name, Anschrift und E-Mail-Adresse des Diensteanbieters:\r\n"
                              "Probierladen am Prüfstand\r\n"
                              "Werkbankgasse 3\r\n"
                              "00000 Musterhausen\r\n"
                              "probierladen@lab.example\r\n"
                              "\r\n"
                              "Zweck des Auslesevorgangs:\r\n"
                              "Vorführung einer Anmeldung im Testlabor; die Daten bleiben auf diesem Rechner\r\n"
                              "\r\n"
                              "Hinweis auf die für den Diensteanbieter zuständigen Stellen, die die Einhaltung der Vorschriften zum "
                              "Datenschutz kontrollieren:\r\n"
                              "Datenschutzbehörde des Testlabors\r\n"
                              "Werkbankgasse 4\r\n"
                              "00000 Musterhausen\r\n"
                              "datenschutz@lab.example";

Date plusDays(Date date, int days) { return dateOf(std::chrono::sys_days(daysOf(date)) + std::chrono::days(days)); }
Rights everyRight() { return Rights(~std::uint64_t(0)); }

CvCertificate issueCvca(const EcKey& key, Date today)
{
    return issueCvc({.car = cvcaName,
                     .chr = cvcaName,
                     .chat = Chat::of(Role::Cvca, everyRight()),
                     .effective = plusDays(today, -1),
                     .expiration = plusDays(today, 3 * 365),
                     .withDomainParameters = true},
                    key, key);
}

CvCertificate issueDv(const EcKey& key, const EcKey& cvcaKey, Date today)
{
    return issueCvc(
        {.car = cvcaName, .chr = dvName, .chat = Chat::of(Role::DvOfficial, everyRight()), .effective = plusDays(today, -1), .expiration = plusDays(today, 90)},
        key, cvcaKey);
}

} // namespace

LabPki LabPki::fresh(Random& random, Date today)
{
    const auto curve = Curve::brainpoolP256r1();
    auto cvcaKey = generateKey(curve, random), dvKey = generateKey(curve, random), atKey = generateKey(curve, random);
    auto cvca = issueCvca(cvcaKey, today);
    auto dv = issueDv(dvKey, cvcaKey, today);
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

void LabPki::issueTerminal(const std::string& origin, Rights rights, Date today)
{
    const auto digest = [](const TlsCertificate& certificate) { return hash(HashAlgorithm::Sha256, der(certificate)); };
    auto wanted = encode(CertificateDescription{.issuerName = "eidkern lab DV",
                                                .issuerUrl = "https://lab.example/dv",
                                                .subjectName = "Probierladen am Prüfstand",
                                                .subjectUrl = origin,
                                                .termsOfUsage = termsOfUsage,
                                                .redirectUrl = {},
                                                .commCertificates = {digest(eServiceCertificate), digest(eidServerCertificate)}});
    const auto descriptionHash = hash(HashAlgorithm::Sha256, wanted);
    const bool fits = at.descriptionHash == descriptionHash && at.chat.rights == rights && at.key.point == atKey.point && at.validOn(today);
    description = std::move(wanted);
    if (fits) return;
    at = issueCvc({.car = dvName,
                   .chr = atName,
                   .chat = Chat::of(Role::Terminal, rights),
                   .effective = plusDays(today, -1),
                   .expiration = plusDays(today, 30),
                   .descriptionHash = descriptionHash},
                  atKey, dvKey);
}

} // namespace eidkern::lab
