// The lab's test PKI: what is issued, that it survives a directory, and what a damaged directory is told.
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/certificate_description.h"
#include "core/tlv.h"
#include "lab/pki.h"
#include "support/seeded_random.h"

using namespace eidkern;
using lab::LabPki;
using lab::der;
namespace fs = std::filesystem;

static constexpr Date today{2026, 11, 20};
static constexpr auto origin = "https://127.0.0.1:4711";
static const Rights rights{Right::ReadDg4, Right::AgeVerification};

class LabPkiTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void chainHolds();
    void descriptionBelongsToTerminal();
    void terminalIsReissuedWhenItNoLongerFits();
    void savedAndLoaded();
    void sectorKeyIsAnnouncedAndKept();
    void rsaChain_data();
    void rsaChain();
    void descriptionFormats_data();
    void descriptionFormats();
    void keysAreForTheOwnerOnly();
    void damagedDirectory_data();
    void damagedDirectory();
    void expiredDirectory();

private:
    fs::path saved(const char* name);
    QTemporaryDir directory_;
    std::optional<LabPki> pki_;
};

void LabPkiTest::initTestCase()
{
    test::SeededRandom random;
    pki_ = LabPki::fresh(random, today);
    pki_->issueTerminal(origin, rights, today);
}

fs::path LabPkiTest::saved(const char* name)
{
    const fs::path path = fs::path(directory_.path().toStdString()) / name;
    if (!pki_->save(path)) qFatal("not saved");
    return path;
}

void LabPkiTest::chainHolds()
{
    QVERIFY(signaturesHold({pki_->at, pki_->dv, pki_->cvca}));
    QVERIFY(pki_->cvca.isCvca() && pki_->cvca.isSelfSigned() && pki_->dv.isDv() && pki_->at.isTerminal());
    QVERIFY(pki_->at.chat.rights == rights);
    QCOMPARE(QString::fromStdString(compact(pki_->at.effective) + compact(pki_->at.expiration)), QString("2026111920261220"));
    QVERIFY(pki_->dv.validOn({2027, 2, 18}) && !pki_->dv.validOn({2027, 2, 19}));
}

void LabPkiTest::descriptionBelongsToTerminal()
{
    QVERIFY(pki_->at.descriptionHash == hash(HashAlgorithm::Sha256, pki_->description));
    const auto description = parseCertificateDescription(pki_->description);
    QVERIFY(description);
    QCOMPARE(QString::fromStdString(description->subjectUrl), QString(origin));
    QVERIFY(description->commCertificates.size() == 2);
    QVERIFY(description->commCertificates[0] == hash(HashAlgorithm::Sha256, der(pki_->eServiceCertificate)));
    QVERIFY(description->commCertificates[1] == hash(HashAlgorithm::Sha256, der(pki_->eidServerCertificate)));
}

void LabPkiTest::terminalIsReissuedWhenItNoLongerFits()
{
    auto pki = LabPki::load(saved("reissue"), today);
    QVERIFY(pki);
    const auto first = pki->at.whole;
    pki->issueTerminal(origin, rights, today);
    QVERIFY(pki->at.whole == first);
    pki->issueTerminal("https://127.0.0.1:4712", rights, today);
    QVERIFY(pki->at.whole != first && pki->at.descriptionHash == hash(HashAlgorithm::Sha256, pki->description));
    pki->issueTerminal(origin, Rights{Right::ReadDg5}, today);
    QVERIFY(pki->at.chat.rights == Rights{Right::ReadDg5});
    pki->issueTerminal(origin, Rights{Right::ReadDg5}, {2027, 1, 15});
    QVERIFY(pki->at.validOn({2027, 1, 15}));
}

void LabPkiTest::savedAndLoaded()
{
    const auto path = saved("round trip");
    fs::copy_file(path / "eservice.der", path / "csca.der"); // any X.509 certificate will do
    const auto loaded = LabPki::load(path, today);
    QVERIFY2(loaded, loaded ? "" : loaded.error().c_str());
    QVERIFY(loaded->cvca.whole == pki_->cvca.whole && loaded->dv.whole == pki_->dv.whole && loaded->at.whole == pki_->at.whole);
    QVERIFY(loaded->description == pki_->description);
    QVERIFY(loaded->cvcaKey.scalar == pki_->cvcaKey.scalar && loaded->dvKey.scalar == pki_->dvKey.scalar && loaded->atKey.scalar == pki_->atKey.scalar);
    QVERIFY(EVP_PKEY_eq(loaded->eServiceKey.get(), pki_->eServiceKey.get()) == 1 && EVP_PKEY_eq(loaded->eidServerKey.get(), pki_->eidServerKey.get()) == 1);
    QVERIFY(der(loaded->eidServerCertificate) == der(pki_->eidServerCertificate));
    QVERIFY(loaded->trustedCscas == std::vector<Bytes>{der(pki_->eServiceCertificate)});
}

void LabPkiTest::sectorKeyIsAnnouncedAndKept()
{
    auto pki = LabPki::load(saved("sector"), today);
    QVERIFY(pki && !pki->sectorKey && pki->at.sectorHashes.empty());
    test::SeededRandom random(3);
    pki->sectorKey = generateKey(Curve::brainpoolP256r1(), random);
    pki->issueTerminal(origin, rights, today);
    QVERIFY(pki->at.sectorHashes.empty()); // no right to pseudonyms
    pki->issueTerminal(origin, Rights{Right::RestrictedIdentification}, today);
    QVERIFY(pki->at.sectorHashes == std::vector<Bytes>{hash(HashAlgorithm::Sha256, tlv(0x7F49, pki->sectorKeyObject()))});
    const auto path = saved("sector kept");
    QVERIFY(pki->save(path));
    QCOMPARE(int(fs::status(path / "sector.key.pem").permissions()), 0600);
    const auto loaded = LabPki::load(path, today);
    QVERIFY(loaded && loaded->sectorKey && loaded->sectorKeyObject() == pki->sectorKeyObject() && loaded->at.whole == pki->at.whole);
}

void LabPkiTest::rsaChain_data()
{
    QTest::addColumn<int>("padding");
    QTest::newRow("PKCS #1") << int(RsaPadding::Pkcs1);
    QTest::newRow("PSS") << int(RsaPadding::Pss);
}

void LabPkiTest::rsaChain()
{
    QFETCH(int, padding);
    const auto path = saved("rsa");
    auto pki = LabPki::load(path, today);
    QVERIFY(pki);
    pki->useRsa(RsaPadding(padding), today);
    pki->issueTerminal(origin, rights, today);
    QVERIFY(signaturesHold({pki->at, pki->dv, pki->cvca}));
    for (const auto* each : {&pki->at, &pki->dv, &pki->cvca}) QVERIFY(each->key.rsa && each->key.padding == RsaPadding(padding));
    const Bytes message{1, 2, 3};
    QVERIFY(verify(pki->at.key, {}, message, pki->signTerminal(message)));
    QVERIFY(pki->save(path)); // the root alone; the chain that is kept stays as it is
    const auto loaded = LabPki::load(path, today);
    QVERIFY(loaded && loaded->cvca.whole == pki_->cvca.whole && loaded->at.whole == pki_->at.whole);
    QFile root(QString::fromStdString((path / "cvca-rsa.cvcert").string()));
    QVERIFY(root.open(QIODevice::ReadOnly) && same(asBytes(root.readAll().toStdString()), pki->cvca.whole));
}

void LabPkiTest::descriptionFormats_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<QByteArray>("start");
    QTest::newRow("text") << int(DescriptionFormat::Plain) << QByteArray("Name, Anschrift");
    QTest::newRow("HTML") << int(DescriptionFormat::Html) << QByteArray("<html>");
    QTest::newRow("PDF") << int(DescriptionFormat::Pdf) << QByteArray("%PDF-");
}

void LabPkiTest::descriptionFormats()
{
    QFETCH(int, format);
    QFETCH(QByteArray, start);
    auto pki = LabPki::load(saved("format"), today);
    QVERIFY(pki);
    pki->descriptionFormat = DescriptionFormat(format);
    pki->issueTerminal(origin, rights, today);
    const auto description = parseCertificateDescription(pki->description);
    QVERIFY(description && description->format == DescriptionFormat(format) && description->termsOfUsage.starts_with(start.toStdString()));
    QVERIFY(pki->at.descriptionHash == hash(HashAlgorithm::Sha256, pki->description));
}

void LabPkiTest::keysAreForTheOwnerOnly()
{
    const auto path = saved("modes");
    for (const auto* name : {"cvca.key.pem", "dv.key.pem", "at.key.pem", "eservice.key.pem", "eid-server.key.pem"})
        QCOMPARE(int(fs::status(path / name).permissions()), 0600);
}

void LabPkiTest::damagedDirectory_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("content"); // the name of another file, "" for garbage, "-" for none
    for (const auto* name :
         {"cvca.cvcert", "dv.cvcert", "cvca.key.pem", "dv.key.pem", "at.key.pem", "eservice.key.pem", "eid-server.key.pem", "eservice.der", "eid-server.der"})
    {
        QTest::addRow("%s missing", name) << name << "-";
        QTest::addRow("%s garbage", name) << name << "";
    }
    QTest::newRow("DV is the CVCA") << "dv.cvcert" << "at.cvcert";
    QTest::newRow("another's CV key") << "cvca.key.pem" << "dv.key.pem";
    QTest::newRow("an RSA key as CV key") << "at.key.pem" << "eid-server.key.pem";
    QTest::newRow("another's TLS certificate") << "eservice.der" << "eid-server.der";
}

void LabPkiTest::damagedDirectory()
{
    QFETCH(QString, file);
    QFETCH(QString, content);
    const auto path = saved("damaged");
    const auto target = path / file.toStdString();
    if (content == "-") fs::remove(target);
    else if (content.isEmpty()) std::ofstream(target, std::ios::binary) << "0\x82\xFF\xFF garbage";
    else fs::copy_file(path / content.toStdString(), target, fs::copy_options::overwrite_existing);
    const auto loaded = LabPki::load(path, today);
    QVERIFY(!loaded);
    QVERIFY(loaded.error().find("damaged") != std::string::npos && loaded.error().find("remove the directory") != std::string::npos);
    QVERIFY(loaded.error().find(file.toStdString()) != std::string::npos || file == "cvca.cvcert");
}

void LabPkiTest::expiredDirectory()
{
    const auto path = saved("expired");
    const auto late = LabPki::load(path, {2027, 3, 1}); // AT and DV are out of date
    QVERIFY(!late && late.error().find("dv.cvcert") != std::string::npos);
    auto without = LabPki::load(path, {2027, 1, 10}); // the AT alone
    QVERIFY(without && without->at.whole.empty());
}

QTEST_GUILESS_MAIN(LabPkiTest)
#include "lab_pki_test.moc"
