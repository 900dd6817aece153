// What a TLS connection must be before a byte of a request leaves: the verdicts of judge(), and which certificates belong to
// a service.
#include <QTest>

#include "workflows/steps.h"

using namespace eidkern;

static constexpr KeySizes smallest{3000, 3000, 3000, 250};

class steps_test : public QObject
{
    Q_OBJECT

    static TlsFacts good()
    {
        TlsFacts tls;
        tls.certificate = {1, 2, 3};
        tls.certificateKey = KeyKind::Ec;
        tls.certificateBits = 256;
        tls.cipher = "ECDHE-ECDSA-AES256-GCM-SHA384";
        tls.ephemeralKey = KeyKind::Ec;
        tls.ephemeralBits = 256;
        tls.hostMatches = true;
        return tls;
    }
    template<typename Change>
    static TlsFacts with(Change change)
    {
        auto tls = good();
        change(tls);
        return tls;
    }
    static CommCertificates knowing(const Bytes& certificate, HashAlgorithm made = HashAlgorithm::Sha256)
    {
        return {{hash(made, certificate)}, {HashAlgorithm::Sha256, HashAlgorithm::Sha384}};
    }

private Q_SLOTS:
    void good_() { QCOMPARE(int(judge(good(), smallest, {})), int(TlsVerdict::Good)); }

    void fatal()
    {
        QCOMPARE(int(judge(with([](auto& t) { t.hostMatches = false; }), smallest, {})), int(TlsVerdict::FatalError));
        QCOMPARE(int(judge(with([](auto& t) { t.fatalErrors = {"CertificateExpired"}; }), smallest, {})), int(TlsVerdict::FatalError));
    }

    void keys_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("enough");
        QTest::newRow("EC 249") << int(KeyKind::Ec) << 249 << false;
        QTest::newRow("EC 250") << int(KeyKind::Ec) << 250 << true;
        QTest::newRow("RSA 2999") << int(KeyKind::Rsa) << 2999 << false;
        QTest::newRow("RSA 3000") << int(KeyKind::Rsa) << 3000 << true;
        QTest::newRow("DH 2048") << int(KeyKind::Dh) << 2048 << false;
        QTest::newRow("DH 3072") << int(KeyKind::Dh) << 3072 << true;
        QTest::newRow("none") << int(KeyKind::None) << 9999 << false;
        QTest::newRow("unknown") << int(KeyKind::Other) << 9999 << false;
    }
    void keys()
    {
        QFETCH(int, kind);
        QFETCH(int, bits);
        QFETCH(bool, enough);
        const auto certificate = with([&](auto& t) { t.certificateKey = KeyKind(kind), t.certificateBits = bits; });
        QCOMPARE(int(judge(certificate, smallest, {})), int(enough ? TlsVerdict::Good : TlsVerdict::KeyTooShort));
        auto ephemeral = with([&](auto& t) { t.ephemeralKey = KeyKind(kind), t.ephemeralBits = bits; });
        QCOMPARE(int(judge(ephemeral, smallest, {})), int(enough ? TlsVerdict::Good : TlsVerdict::EphemeralKeyTooShort));
        ephemeral.resumed = true; // has none of its own
        QCOMPARE(int(judge(ephemeral, smallest, {})), int(TlsVerdict::Good));
        ephemeral.resumed = false;
        ephemeral.cipher = "RSA-PSK-AES256-GCM-SHA384"; // nor has this
        QCOMPARE(int(judge(ephemeral, smallest, {})), int(TlsVerdict::Good));
    }

    void certificatesOfTheService()
    {
        QCOMPARE(int(judge(good(), smallest, knowing({1, 2, 3}))), int(TlsVerdict::Good));
        QCOMPARE(int(judge(good(), smallest, knowing({1, 2, 3}, HashAlgorithm::Sha384))), int(TlsVerdict::Good));
        QCOMPARE(int(judge(good(), smallest, knowing({1, 2, 3}, HashAlgorithm::Sha512))), int(TlsVerdict::HashMissing)); // not one of the two
        QCOMPARE(int(judge(good(), smallest, knowing({1, 2, 4}))), int(TlsVerdict::HashMissing));
        QCOMPARE(int(judge(good(), smallest, CommCertificates{})), int(TlsVerdict::HashMissing));
    }
};

QTEST_GUILESS_MAIN(steps_test)
#include "steps_test.moc"
