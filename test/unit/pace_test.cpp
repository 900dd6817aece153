#include <QtTest>

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
