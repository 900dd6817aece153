// Programs of others judge what we make: `openssl cms` the simulated card's EF.CardSecurity, `cvc-print` (package openpace)
// the lab's CV certificates.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "card/eid_card.h"
#include "card/security_infos.h"
#include "card/simulator/card_files.h"
#include "card/simulator/document_signer.h"
#include "lab/pki.h"

using namespace eidkern;

class oracle_test : public QObject
{
    Q_OBJECT

    QTemporaryDir folder;

    QString write(const QString& name, ByteView content) const
    {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly)) qFatal("no temporary file");
        file.write(reinterpret_cast<const char*>(content.data()), qint64(content.size()));
        return file.fileName();
    }

    struct Outcome
    {
        int code;
        QByteArray out;
    };
    static Outcome run(const QString& program, const QStringList& arguments)
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(program, arguments);
        if (!process.waitForFinished(30'000)) return {-1, process.errorString().toUtf8()};
        return {process.exitCode(), process.readAll()};
    }

    QStringList verifyArguments(const QString& cms) const
    {
        return {"cms", "-verify", "-inform", "DER", "-in", cms, "-CAfile", folder.filePath("csca.pem"), "-purpose", "any", "-out", folder.filePath("content")};
    }

private Q_SLOTS:
    void initTestCase()
    {
        const auto csca = write("csca.der", card::testCscaCertificate());
        const auto converted = run("openssl", {"x509", "-inform", "DER", "-in", csca, "-out", folder.filePath("csca.pem")});
        QVERIFY2(converted.code == 0, converted.out);
    }

    void opensslAcceptsEfCardSecurity()
    {
        SystemRandom random;
        const auto key = generateKey(Curve::brainpoolP256r1(), random);
        const auto cms = write("EF.CardSecurity", card::makeEfCardSecurity(key.point, key.point));
        const auto verified = run("openssl", verifyArguments(cms));
        QVERIFY2(verified.code == 0, verified.out);
        QFile content(folder.filePath("content"));
        QVERIFY(content.open(QIODevice::ReadOnly));
        QVERIFY(content.readAll().contains(QByteArray(reinterpret_cast<const char*>(key.point.data()), qsizetype(key.point.size())))); // signed: this chip key

        const auto printed = run("openssl", {"cms", "-cmsout", "-print", "-inform", "DER", "-in", cms});
        QVERIFY2(printed.out.contains("0.4.0.127.0.7.3.2.1"), printed.out); // eContentType
    }

    void opensslRefusesATamperedOne()
    {
        SystemRandom random;
        const auto point = generateKey(Curve::brainpoolP256r1(), random).point;
        auto cms = card::makeEfCardSecurity(point, point);
        cms[100] ^= 1; // in the content
        const auto verified = run("openssl", verifyArguments(write("tampered", cms)));
        QVERIFY2(verified.code != 0, verified.out);
    }

    void cvcPrintReadsTheLabsCertificates()
    {
        QVERIFY2(!QStandardPaths::findExecutable("cvc-print").isEmpty(), "cvc-print is missing: package openpace");
        SystemRandom random;
        auto pki = lab::LabPki::fresh(random, dateOf(std::chrono::system_clock::now()));
        pki.issueTerminal("https://127.0.0.1:4711", Rights({Right::ReadDg4, Right::AgeVerification}), dateOf(std::chrono::system_clock::now()));
        QDir().mkpath(folder.filePath("trusted"));
        for (const auto* each : {&pki.cvca, &pki.dv}) write("trusted/" + QString::fromStdString(each->chr), each->whole);
        const auto description = write("description", pki.description);
        const auto printed = run("cvc-print", {"--cvc=" + write("at", pki.at.whole), "--description=" + description, "--cvc-dir=" + folder.filePath("trusted")});
        QVERIFY2(printed.code == 0, printed.out);
        for (const char* line : {"certificate verified", "certificate description matches certificate", "CAR: DELABDV000001", "CHR: DELABAT000001",
                                 "Given Names", "Age Verification", "Terminal certificate"})
            QVERIFY2(printed.out.contains(line), line + QByteArray(" is missing in: ") + printed.out);
        QVERIFY2(!printed.out.contains("Family Names"), printed.out);

        auto forged = pki.at.whole;
        forged.back() ^= 1;
        QVERIFY(!run("cvc-print", {"--cvc=" + write("forged", forged), "--cvc-dir=" + folder.filePath("trusted")}).out.contains("certificate verified"));
    }
};

QTEST_GUILESS_MAIN(oracle_test)
#include "oracle_test.moc"
