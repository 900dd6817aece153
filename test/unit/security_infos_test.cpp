#include <QtTest>

#include "card/security_infos.h"
#include "card/simulator/card_files.h"
#include "core/oid.h"
#include "core/tlv.h"
#include "support/seeded_random.h"

using namespace eidkern;
using namespace eidkern::card;

namespace
{

Bytes paceOid(std::uint8_t mapping, std::uint8_t cipher) { return toBytes(oid::bsi(2, 2, 4, mapping, cipher)); }
Bytes integer(std::uint8_t number) { return {0x02, 1, number}; }
Bytes paceInfo(ByteView protocol, std::uint8_t version, std::uint8_t parameterId)
{
    return tlv(0x30, {tlv(0x06, protocol), integer(version), integer(parameterId)});
}
Bytes mobileType(std::uint8_t type) { return tlv(0x30, {tlv(0x06, oid::bsi(3, 2, 3, 2, type)), Bytes{0x05, 0}}); }
std::optional<SecurityInfos> parse(std::initializer_list<ByteView> infos) { return parseSecurityInfos(tlv(0x31, infos)); }

} // namespace

class SecurityInfosTest : public QObject
{
    Q_OBJECT

private slots:
    void usablePaceInfosInFileOrder()
    {
        const auto infos = parse({paceInfo(paceOid(2, 4), 1, 13), paceInfo(paceOid(1, 2), 2, 0), paceInfo(paceOid(4, 2), 2, 13), paceInfo(paceOid(2, 1), 2, 13),
                                  paceInfo(paceOid(2, 2), 2, 32), paceInfo(paceOid(2, 4), 2, 17), paceInfo(paceOid(2, 3), 2, 12)});
        QVERIFY(infos);
        QCOMPARE(infos->pace.size(), 2u); // not: version 1, DH, integrated mapping, 3DES, proprietary parameters
        QCOMPARE(infos->pace[0].keySize, 32u);
        QCOMPARE(infos->pace[0].parameterId, 17);
        QCOMPARE(infos->pace[1].keySize, 24u);
        QCOMPARE(infos->pace[1].oid, paceOid(2, 3));
    }

    void chipAuthenticationByKeyId() // not: 3DES, version 3, domain parameters that are no standardised curve
    {
        const auto info = [](std::uint8_t cipher, std::uint8_t version, std::uint8_t keyId) {
            return tlv(0x30, {tlv(0x06, oid::bsi(2, 2, 3, 2, cipher)), integer(version), integer(keyId)});
        };
        const auto parameters = [](std::uint8_t parameterId, std::uint8_t keyId) {
            return tlv(0x30, {tlv(0x06, oid::chipAuthenticationEcdh), tlv(0x30, {tlv(0x06, oid::standardizedDomainParameters), integer(parameterId)}),
                              integer(keyId)});
        };
        const auto infos = parse({info(1, 2, 1), info(4, 3, 2), info(3, 2, 3), info(2, 2, 4), parameters(2, 1), parameters(17, 3), parameters(13, 4)});
        QVERIFY(infos);
        QCOMPARE(infos->chipAuthentication.size(), 2u);
        QCOMPARE(infos->chipAuthentication[0].keySize, 24u);
        QCOMPARE(*infos->chipAuthentication[0].keyId, Bytes{3});
        QCOMPARE(infos->chipAuthenticationParameters.size(), 2u);
        QCOMPARE(infos->chipAuthenticationParameters[0].parameterId, 17);
        QCOMPARE(*infos->chipAuthenticationParameters[0].keyId, Bytes{3});
        QVERIFY(!parse({tlv(0x30, {tlv(0x06, oid::chipAuthenticationEcdh), integer(13)})})); // no AlgorithmIdentifier
    }

    void paddingBehindTheSet()
    {
        auto der = tlv(0x31, paceInfo(paceOid(2, 2), 2, 13));
        der.resize(512);
        QVERIFY(parseSecurityInfos(der));
        der.back() = 1;
        QVERIFY(!parseSecurityInfos(der));
    }

    void eidTypes()
    {
        QVERIFY(parse({})->eidType == EidType::CardCertified);
        QVERIFY(parse({mobileType(1)})->eidType == EidType::SeCertified);
        QVERIFY(parse({mobileType(2)})->eidType == EidType::SeEndorsed);
        QVERIFY(parse({mobileType(3)})->eidType == EidType::HwKeyStore);
        QVERIFY(!parse({mobileType(4)}));
        QVERIFY(!parse({mobileType(1), mobileType(1)}));
    }

    void unknownInfosAreSkipped() { QVERIFY(parse({tlv(0x30, {tlv(0x06, Bytes{0x2A, 3}), Bytes{0x05, 0}})})); }

    void malformed_data()
    {
        QTest::addColumn<QByteArray>("der");
        for (const auto* der : {"", "31", "3000", "3101", "310100", "31023000", "310430020600", "3180", "3106300406012a3000ff",
                                "3114301206"
                                "0a04007f00070202040202"
                                "020200020201"
                                "0d",
                                "3112301006"
                                "0a04007f00070202040202"
                                "04010d"})
            QTest::newRow(der) << QByteArray(der);
    }
    void malformed()
    {
        QFETCH(QByteArray, der);
        QVERIFY(!parseSecurityInfos(fromHex(der.toStdString()).value()));
    }

    void everyTruncationIsRefused()
    {
        const auto access = makeEfCardAccess();
        test::SeededRandom random;
        const auto security = makeEfCardSecurity(generateKey(Curve::brainpoolP256r1(), random).point, generateKey(Curve::brainpoolP256r1(), random).point);
        QVERIFY(parseSecurityInfos(access));
        for (std::size_t size = 0; size < access.size(); ++size) QVERIFY(!parseSecurityInfos(ByteView(access).first(size)));
        QVERIFY(parseCardSecurity(security));
        for (std::size_t size = 0; size < security.size(); ++size) QVERIFY(!parseCardSecurity(ByteView(security).first(size)));
    }

    void garbageDoesNoHarm() // each byte once to some other value: parsed or refused
    {
        const auto good = makeEfCardAccess();
        test::SeededRandom random;
        for (std::size_t i = 0; i < good.size(); ++i)
        {
            auto bad = good;
            bad[i] ^= std::uint8_t(random.bytes(1)[0] | 1);
            const auto infos = parseSecurityInfos(bad);
            if (infos) QVERIFY(infos->pace.size() <= 1);
        }
    }

    void aKeyOffTheCurveIsRefused()
    {
        test::SeededRandom random;
        auto point = generateKey(Curve::brainpoolP256r1(), random).point;
        QCOMPARE(parseCardSecurity(makeEfCardSecurity(point, point))->chipAuthenticationKeys.front().point, point);
        point.back() ^= 1;
        QVERIFY(!parseCardSecurity(makeEfCardSecurity(point, point)));
    }
};

QTEST_GUILESS_MAIN(SecurityInfosTest)
#include "security_infos_test.moc"
