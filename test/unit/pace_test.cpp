#include <QtTest>
#include <numeric>

#include "card/key_derivation.h"
#include "card/pace.h"
#include "core/oid.h"
#include "support/seeded_random.h"

using namespace eidkern;
using namespace eidkern::card;

namespace
{

PaceInfo infoOf(std::uint8_t cipher, int parameterId)
{
    const auto protocol = oid::bsi(2, 2, 4, 2, cipher);
    return {Bytes(protocol.begin(), protocol.end()), std::size_t(8) * cipher, parameterId};
}

} // namespace

class PaceTest : public QObject
{
    Q_OBJECT

private slots:
    void bothEndsAgree_data()
    {
        QTest::addColumn<int>("cipher");
        QTest::addColumn<int>("parameterId");
        for (const int cipher : {2, 3, 4})
            for (const int parameterId : {12, 13, 15, 16, 17, 18}) QTest::addRow("AES-%d, curve %d", 64 * cipher, parameterId) << cipher << parameterId;
    }
    void bothEndsAgree()
    {
        QFETCH(int, cipher);
        QFETCH(int, parameterId);
        const auto info = infoOf(std::uint8_t(cipher), parameterId);
        test::SeededRandom random;
        const auto passwordKey = derivePasswordKey(Secret("123456"), info.keySize);
        const Secret nonce(random.bytes(paceNonceSize(info.keySize)));
        const auto received = decryptNonce(passwordKey, encryptNonce(passwordKey, nonce));
        QVERIFY(received == nonce);

        const auto curve = *Curve::standard(parameterId);
        const auto a = generateKey(curve, random), b = generateKey(curve, random);
        const auto mappedA = mapCurve(a, b.point, nonce), mappedB = mapCurve(b, a.point, received);
        QVERIFY(mappedA && mappedB);
        const auto ephemeralA = generateKey(*mappedA, random), ephemeralB = generateKey(*mappedB, random);
        const auto keysA = agreePaceKeys(info, ephemeralA, ephemeralB.point), keysB = agreePaceKeys(info, ephemeralB, ephemeralA.point);
        QVERIFY(keysA && keysB);
        QVERIFY(keysA->session.encryption == keysB->session.encryption && keysA->session.mac == keysB->session.mac);
        QVERIFY(keysA->ownToken == keysB->expectedToken && keysA->expectedToken == keysB->ownToken);
        QVERIFY(keysA->ownToken != keysA->expectedToken);
    }

    // Computed independently: the first bytes of SHA-256(01 02 .. 20 || counter) (TR-03110-3 A.2.3.1); no published example has keys of this size.
    void keysOfAes192AndAes256()
    {
        Bytes secret(32);
        std::iota(secret.begin(), secret.end(), std::uint8_t(1));
        const std::string encryption = "c1f5124b1177700ea2c0db6d9b1c0cfa370aa91149fa1d94920a1040f0ccd54f",
                          mac = "7b8d672230dfe67bd5cac2d32f9f5c2d300879fe67df3afb301977dd938b46a7",
                          password = "f89ba9bd25b9c43ecac3fb26b8eaf0555de6540cd603b5ed8628a85d43633491";
        for (const std::size_t size : {24u, 32u})
        {
            const auto keys = deriveSessionKeys(Secret(secret), size, {});
            QCOMPARE(toHex(keys.encryption.view()), encryption.substr(0, 2 * size));
            QCOMPARE(toHex(keys.mac.view()), mac.substr(0, 2 * size));
            QCOMPARE(toHex(derivePasswordKey(Secret(secret), size).view()), password.substr(0, 2 * size));
            QCOMPARE(paceNonceSize(size), std::size_t(32)); // whole blocks, at least as long as the key (TR-03110-3 B.1)
        }
        QCOMPARE(paceNonceSize(16), std::size_t(16));
    }

    void mrzAsPassword() // the example of ICAO 9303-11 G.1
    {
        const auto information = mrzInformation("T22000129", "640812", "101031");
        QCOMPARE(information, std::string("T22000129364081251010318"));
        QCOMPARE(toHex(mrzKeyMaterial(information).view()), std::string("7e2d2a41c74ea0b38cd36f863939bfa8e9032aad"));
        QCOMPARE(mrzInformation("L8<<<<<<<", "7011<<", "330801"), std::string("L8<<<<<<<17011<<73308017"));
    }

    void badPointsAreRefused()
    {
        test::SeededRandom random;
        const auto info = infoOf(2, 13);
        const auto key = generateKey(Curve::brainpoolP256r1(), random), other = generateKey(Curve::brainpoolP256r1(), random);
        const Secret nonce(random.bytes(16));
        auto offCurve = other.point;
        offCurve.back() ^= 1;
        const Bytes infinity{0}, none, compressed = concat({Bytes{2}, xCoordinate(other.point)});
        QVERIFY(mapCurve(key, other.point, nonce));
        QVERIFY(agreePaceKeys(info, key, other.point));
        for (const auto& bad : {key.point, offCurve, infinity, none, compressed}) // key.point: our own one, reflected
        {
            QVERIFY(!mapCurve(key, bad, nonce));
            QVERIFY(!agreePaceKeys(info, key, bad));
        }
    }
};

QTEST_GUILESS_MAIN(PaceTest)
#include "pace_test.moc"
