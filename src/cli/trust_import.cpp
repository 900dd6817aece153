#include "cli/trust_import.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "cli/files.h"

namespace eidkern::cli
{

namespace
{

constexpr std::size_t most = 256;

Reason pkiUnknown()
{
    return {"which-pki", "zu welcher PKI es gehört, sagt die Datei nicht: mit --production oder --test angeben",
            "the file does not say which PKI it belongs to: give --production or --test"};
}

Reason reasonOf(CvcaFault fault)
{
    switch (fault)
    {
        case CvcaFault::NotACvca:
            return {"not-cvca", "ist kein CVCA-Zertifikat, sondern das eines DV oder Terminals", "is no CVCA certificate but that of a DV or a terminal"};
        case CvcaFault::IncompleteKey: return {"incomplete-key", "der Schlüssel hat keine Domänenparameter", "the key has no domain parameters"};
        case CvcaFault::WrongSignature: return {"wrong-signature", "die eigene Unterschrift ist falsch", "its own signature is wrong"};
        case CvcaFault::Unreadable: break;
    }
    return {"unreadable", "kein CV-Zertifikat (7F21) mit RSA-Schlüssel oder auf einer standardisierten Kurve",
            "no CV certificate (7F21) with an RSA key or on a standardised elliptic curve"};
}

struct Candidate
{
    std::string file;
    std::vector<std::uint8_t> whole;
    std::optional<Pki> pki;
    bool inFolder; // nobody named this very file: there may be others beside the certificates
};

struct Reading // of files
{
    std::optional<Pki> chosen;
    bool inFolder = false;
    std::vector<Candidate> candidates = {};
    std::vector<Finding> findings = {}; // of what is no candidate

    void unusable(const std::string& file, Reason reason) { findings.push_back({file, {}, {}, Verdict::Refused, std::move(reason)}); }
    void noCertificate(const std::string& file)
    {
        unusable(file, {"unreadable", "keine CV-Zertifikate (7F21; binär, hexadezimal, Base64)", "no CV certificates (7F21; binary, hex, Base64)"});
        if (inFolder) findings.back().verdict = Verdict::PassedOver;
    }

    bool full(const std::string& file)
    {
        if (candidates.size() + findings.size() < most) return false;
        if (findings.empty() || findings.back().reason.id != "too-many")
            unusable(file, {"too-many", "mehr als 256 Zertifikate auf einmal werden nicht gelesen", "more than 256 certificates are not read at once"});
        return true;
    }

    void text(const std::string& file, std::string_view content, std::optional<Pki> pki)
    {
        const auto certificates = cvCertificatesIn(content);
        if (!certificates) return noCertificate(file);
        for (const auto& each : *certificates)
            if (!full(file)) candidates.push_back({file, each, pki, inFolder});
    }

    void list(const std::string& file, const QJsonValue& list, Pki pki)
    {
        for (const auto& each : list.toArray())
        {
            if (full(file)) return;
            if (!chosen || *chosen == pki) text(file, each.toString().toStdString(), pki);
            else findings.push_back({file, {}, pki, Verdict::PassedOver, {"other-pki", "gehört zur anderen PKI", "belongs to the other PKI"}});
        }
    }

    void file(const std::string& path)
    {
        if (full(path)) return;
        const auto content = readSmallFile(path);
        if (!content) return unusable(path, {"file", content.error(), content.error()});
        const auto json = content->find_first_not_of(" \t\r\n") != std::string::npos && (*content)[content->find_first_not_of(" \t\r\n")] == '{'
                            ? QJsonDocument::fromJson(QByteArray::fromStdString(*content)).object()
                            : QJsonObject();
        const auto production = json.value(u"cvRootCertificates"), test = json.value(u"cvRootCertificatesTest");
        if (!production.isArray() && !test.isArray()) return text(path, *content, chosen);
        list(path, production, Pki::Production);
        list(path, test, Pki::Test);
    }

    void path(const std::string& path)
    {
        const QString name = QString::fromStdString(path);
        inFolder = QFileInfo(name).isDir();
        if (!inFolder) return file(path);
        for (const auto& each : QDir(name).entryList(QDir::Files, QDir::Name).mid(0, int(most) + 1)) file(path + "/" + each.toStdString());
    }
};

void grow(std::vector<Trusted>& trusted, std::vector<Trusted>& links) // takes over what is signed by something trusted, until nothing is left to take
{
    for (bool more = true; more;)
    {
        more = false;
        for (auto link = links.begin(); link != links.end();)
        {
            const auto issuer = std::ranges::find_if(trusted, [&link](const Trusted& each) { return signedBy(link->certificate, each.certificate); });
            more |= issuer != trusted.end();
            if (issuer == trusted.end()) ++link;
            else
            {
                link->pki = issuer->pki;
                trusted.push_back(std::move(*link));
                link = links.erase(link);
            }
        }
    }
}

const Trusted* same(const std::vector<Trusted>& trusted, const CvcaCertificate& certificate)
{
    const auto found = std::ranges::find_if(trusted, [&](const Trusted& each) { return each.certificate.fingerprint == certificate.fingerprint; });
    return found == trusted.end() ? nullptr : &*found;
}

Reason expiredReason(const CvcaCertificate& certificate)
{
    return {"expired", "abgelaufen am " + certificate.expiration, "expired on " + certificate.expiration};
}

void judgeRoot(Finding& finding, const std::vector<Trusted>& trusted, const std::string& today)
{
    const auto& root = *finding.certificate;
    const auto refuse = [&finding](Reason reason) { finding.reason = std::move(reason); };
    if (const auto* kept = same(trusted, root))
    {
        if (!finding.pki || *finding.pki == kept->pki)
        {
            finding.pki = kept->pki;
            finding.verdict = Verdict::Known;
            return;
        }
        const bool test = kept->pki == Pki::Test;
        return refuse({"kept-as-other", test ? "steht schon als Test im Speicher" : "steht schon als Produktion im Speicher",
                       test ? "is in the store already, as test" : "is in the store already, as production"});
    }
    if (!finding.pki) return refuse(pkiUnknown());
    if (root.expiration < today)
    {
        finding.verdict = Verdict::PassedOver;
        return refuse(expiredReason(root));
    }
    const auto sameName = [&root](const Trusted& each) { return !each.certificate.isLink() && each.certificate.holder == root.holder; };
    if (std::ranges::any_of(trusted, sameName))
        return refuse({"same-name", "eine andere Wurzel dieses Namens ist schon da", "another root of this name is there already"});
    finding.verdict = Verdict::Imported;
}

void judgeLink(Finding& finding, const std::vector<Trusted>& trusted, const std::vector<Trusted>& before, const std::string& today)
{
    const auto& link = *finding.certificate;
    if (const auto* verified = same(trusted, link))
    {
        finding.pki = verified->pki;
        finding.verdict = same(before, link) ? Verdict::Known : link.expiration < today ? Verdict::PassedOver : Verdict::Imported;
        if (finding.verdict == Verdict::PassedOver) finding.reason = expiredReason(link);
        return;
    }
    const bool named = std::ranges::any_of(trusted, [&link](const Trusted& each) { return each.certificate.holder == link.authority; });
    finding.reason = named ? Reason{"wrong-signature", "ist nicht von " + link.authority + " unterschrieben", "is not signed by " + link.authority}
                           : Reason{"unknown-issuer", "die Wurzel " + link.authority + " ist nicht im Speicher",
                                    "the root " + link.authority + " is not in the store"};
}

} // namespace

std::vector<Trusted> trustedOf(const std::vector<KeptCertificate>& kept)
{
    std::vector<Trusted> trusted, links;
    for (const auto& each : kept)
    {
        auto certificate = readCvca(each.whole);
        if (!certificate || certificate->isLink() != (each.as == Kept::Link)) continue;
        auto& list = each.as == Kept::Link ? links : trusted;
        list.push_back({std::move(*certificate), each.as == Kept::ProductionRoot ? Pki::Production : Pki::Test, each.path});
    }
    grow(trusted, links);
    return trusted;
}

std::vector<Finding> examine(const std::vector<std::string>& paths, std::optional<Pki> chosen, const std::vector<KeptCertificate>& kept,
                             const std::string& today)
{
    Reading reading{chosen};
    for (const auto& path : paths) reading.path(path);
    auto findings = std::move(reading.findings);
    const auto before = trustedOf(kept);
    auto trusted = before;
    std::vector<Trusted> links;
    const auto firstRead = findings.size();
    for (auto& each : reading.candidates)
    {
        auto certificate = readCvca(each.whole);
        Finding finding{std::move(each.file), {}, each.pki, Verdict::Refused, {}};
        if (certificate) finding.certificate = std::move(*certificate);
        else finding.reason = reasonOf(certificate.error());
        if (!certificate && certificate.error() == CvcaFault::NotACvca && each.inFolder) finding.verdict = Verdict::PassedOver;
        if (finding.certificate && finding.certificate->isLink()) links.push_back({*finding.certificate, Pki::Test, {}});
        else if (finding.certificate) judgeRoot(finding, trusted, today);
        if (finding.verdict == Verdict::Imported) trusted.push_back({*finding.certificate, *finding.pki, {}});
        findings.push_back(std::move(finding));
    }
    grow(trusted, links);
    for (auto i = firstRead; i < findings.size(); ++i)
        if (findings[i].certificate && findings[i].certificate->isLink()) judgeLink(findings[i], trusted, before, today);
    return findings;
}

} // namespace eidkern::cli
