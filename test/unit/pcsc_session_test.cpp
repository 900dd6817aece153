// What a connection makes of each answer of pcsc-lite, which follows a script.
#include <QTest>

#include "card/pcsc/codes.h"
#include "card/pcsc/session.h"
#include "eidkern/return_codes.h"
#include "support/scripted_pcsc.h"

using namespace eidkern;
using namespace eidkern::card;

class pcsc_session_test : public QObject
{
    Q_OBJECT

    const Bytes apdu{0x00, 0xA4, 0x00, 0x0C};
    const std::stop_token never = {};

private Q_SLOTS:
    void init() { script = {}; }

    void unclaimedCardsAreLeftAsTheyAre()
    {
        {
            PcscSession session;
            QVERIFY(session.open("R", never).has_value());
            QCOMPARE(session.transmit(apdu, false, never).value(), Bytes({0x90, 0x00}));
        }
        QCOMPARE(script.calls, "connect transmit leave release ");
    }

    void claimedCardsAreHeldAndReset()
    {
        {
            PcscSession session;
            QVERIFY(session.open("R", never).has_value());
            QVERIFY(session.transmit(apdu, true, never).has_value());
            QVERIFY(session.transmit(apdu, true, never).has_value());
        }
        QCOMPARE(script.calls, "connect begin transmit transmit endWithReset leave release ");
    }

    void readersForShortApdus_data()
    {
        QTest::addColumn<QByteArray>("features");
        QTest::addColumn<QByteArray>("properties");
        QTest::addColumn<bool>("passesExtended");
        const QByteArray toProperties = "060442330006120442330012"; // behind FEATURE_VERIFY_PIN_DIRECT
        QTest::newRow("says nothing") << QByteArray() << QByteArray() << true;
        QTest::newRow("no such feature") << QByteArray("060442330006") << QByteArray() << true;
        QTest::newRow("no such property") << toProperties << QByteArray("01020000") << true;
        QTest::newRow("64 KiB") << toProperties << QByteArray("010200000a0400000100") << true;
        QTest::newRow("4 KiB") << toProperties << QByteArray("0a0400100000") << true;
        QTest::newRow("short ones only") << toProperties << QByteArray("010200000a0400000000") << false;
        QTest::newRow("a little more") << toProperties << QByteArray("0a04fc010000") << false;
        QTest::newRow("features cut off") << QByteArray("060442330006120442") << QByteArray("0a0400000000") << true;
        QTest::newRow("property cut off") << toProperties << QByteArray("0a040000") << true;
        QTest::newRow("property of two bytes") << toProperties << QByteArray("0a020000") << true;
    }
    void readersForShortApdus() // are not shown extended ones: the caller is told at once, and no transaction is begun
    {
        QFETCH(QByteArray, features);
        QFETCH(QByteArray, properties);
        QFETCH(bool, passesExtended);
        script.features = fromHex(features.toStdString());
        script.properties = fromHex(properties.toStdString());
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        const Bytes extended{0x00, 0xB0, 0x9E, 0x00, 0x00, 0x00, 0x00};
        QCOMPARE(session.transmit(extended, true, never).value(), passesExtended ? Bytes({0x90, 0x00}) : Bytes({0x67, 0x00}));
        QCOMPARE(script.calls, passesExtended ? "connect begin transmit " : "connect ");
        QVERIFY(session.transmit(apdu, true, never) == Bytes({0x90, 0x00}));
    }

    void afterAForeignResetItIsSentAgainOnce_data()
    {
        QTest::addColumn<qint64>("result");
        QTest::newRow("reset") << qint64(SCARD_W_RESET_CARD);
        QTest::newRow("powered down by pcscd") << qint64(SCARD_E_PROTO_MISMATCH);
    }
    void afterAForeignResetItIsSentAgainOnce()
    {
        QFETCH(qint64, result);
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        script = {.connects = {}, .begins = {}, .transmits = {LONG(result)}, .probes = {}, .calls = {}};
        QVERIFY(session.transmit(apdu, false, never).has_value());
        QCOMPARE(script.calls, "transmit reconnect transmit ");
        script = {.connects = {}, .begins = {}, .transmits = {LONG(result), LONG(result)}, .probes = {}, .calls = {}};
        QVERIFY(session.transmit(apdu, false, never).error() != CardFault::Removed);
        QVERIFY(script.calls.starts_with("transmit reconnect transmit "));
    }

    void aResetBeforeTheClaimIsCured()
    {
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        script = {.connects = {}, .begins = {SCARD_W_RESET_CARD}, .transmits = {}, .probes = {}, .calls = {}};
        QVERIFY(session.transmit(apdu, true, never).has_value());
        QCOMPARE(script.calls, "begin reconnect begin transmit ");
    }

    void onceClaimedNothingIsSentTwice_data()
    {
        QTest::addColumn<qint64>("result");
        QTest::addColumn<QString>("calls");
        QTest::newRow("reset") << qint64(SCARD_W_RESET_CARD) << "begin transmit ";
        QTest::newRow("buffer") << qint64(SCARD_E_INSUFFICIENT_BUFFER) << "begin transmit ";
        QTest::newRow("not transacted") << qint64(SCARD_E_NOT_TRANSACTED) << "begin transmit probe ";
        QTest::newRow("protocol") << qint64(SCARD_E_PROTO_MISMATCH) << "begin transmit probe ";
        QTest::newRow("unknown") << qint64(0x1234) << "begin transmit probe ";
    }
    void onceClaimedNothingIsSentTwice()
    {
        QFETCH(qint64, result);
        QFETCH(QString, calls);
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        script = {.connects = {}, .begins = {}, .transmits = {LONG(result)}, .probes = {}, .calls = {}};
        QVERIFY(session.transmit(apdu, true, never).error() != CardFault::Removed); // it answers the probe
        QCOMPARE(QString::fromStdString(script.calls), calls);
    }

    void whoeverDoesNotAnswerTheProbeIsGone_data()
    {
        QTest::addColumn<qint64>("result");
        QTest::addColumn<qint64>("probed");
        QTest::addColumn<bool>("gone");
        QTest::newRow("silent") << qint64(SCARD_E_NOT_TRANSACTED) << qint64(SCARD_E_NOT_TRANSACTED) << true;
        QTest::newRow("noticed meanwhile") << qint64(SCARD_E_NOT_TRANSACTED) << qint64(SCARD_W_REMOVED_CARD) << true;
        QTest::newRow("absent, protocol first") << qint64(SCARD_E_PROTO_MISMATCH) << qint64(SCARD_E_NO_SMARTCARD) << true;
        QTest::newRow("daemon gone") << qint64(SCARD_E_NOT_TRANSACTED) << qint64(SCARD_E_NO_SERVICE) << true;
        QTest::newRow("reset meanwhile") << qint64(SCARD_E_NOT_TRANSACTED) << qint64(SCARD_W_RESET_CARD) << false;
    }
    void whoeverDoesNotAnswerTheProbeIsGone()
    {
        QFETCH(qint64, result);
        QFETCH(qint64, probed);
        QFETCH(bool, gone);
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        script = {.connects = {}, .begins = {}, .transmits = {LONG(result)}, .probes = {LONG(probed)}, .calls = {}};
        QCOMPARE(session.transmit(apdu, true, never).error() == CardFault::Removed, gone);
    }

    void aClaimedCardIsResetOneWayOrTheOther()
    {
        script.ends = {SCARD_E_NOT_TRANSACTED};
        {
            PcscSession session;
            QVERIFY(session.open("R", never).has_value());
            QVERIFY(session.transmit(apdu, true, never).has_value());
        }
        QCOMPARE(script.calls, "connect begin transmit endWithReset reset release ");
    }

    void aCardThatHasStoppedToAnswerGetsItsPowerAgain() // with the next connection: pcscd may not have seen that it was away
    {
        {
            PcscSession session;
            QVERIFY(session.open("R", never).has_value());
            script = {
                .connects = {}, .begins = {}, .transmits = {SCARD_E_NOT_TRANSACTED, SCARD_E_NOT_TRANSACTED}, .probes = {SCARD_E_NOT_TRANSACTED}, .calls = {}};
            QCOMPARE(session.transmit(apdu, false, never).error(), CardFault::Removed);
        }
        QCOMPARE(script.calls, "transmit transmit probe reset release ");
    }

    void afterAFailedTransmissionItIsSentAgainOnce()
    {
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        script = {.connects = {}, .begins = {}, .transmits = {SCARD_E_NOT_TRANSACTED}, .probes = {}, .calls = {}};
        QVERIFY(session.transmit(apdu, false, never).has_value());
        QCOMPARE(script.calls, "transmit transmit ");
    }

    void aBusyCardIsWaitedFor()
    {
        PcscSession session;
        script.connects = {SCARD_E_SHARING_VIOLATION, SCARD_W_UNPOWERED_CARD};
        QVERIFY(session.open("R", never).has_value());
        script.transmits = {SCARD_E_SHARING_VIOLATION};
        QVERIFY(session.transmit(apdu, false, never).has_value());
        QCOMPARE(script.calls, "connect connect connect transmit transmit ");
    }

    void stopEndsTheWaiting()
    {
        std::stop_source stop;
        stop.request_stop();
        PcscSession session;
        script.connects.assign(1000, SCARD_E_SHARING_VIOLATION);
        QCOMPARE(session.open("R", stop.get_token()).error(), CardFault::CommandFailed);
        QCOMPARE(script.calls, "connect ");
    }

    void aCardThatStaysSilentCountsAsNone()
    {
        PcscSession session;
        script.connects.assign(10, SCARD_W_UNRESPONSIVE_CARD);
        QCOMPARE(session.open("R", never).error(), CardFault::Removed);
        QCOMPARE(script.calls, "connect connect connect ");
    }

    void anEmptyAnswerIsNone()
    {
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        script = {.connects = {}, .begins = {}, .transmits = {}, .probes = {}, .answer = {}, .calls = {}};
        QCOMPARE(session.transmit(apdu, true, never).error(), CardFault::Removed);
        QCOMPARE(script.calls, "begin transmit probe ");
    }

    void codes()
    {
        QCOMPARE(faultOfScard(SCARD_W_REMOVED_CARD), CardFault::Removed);
        QCOMPARE(faultOfScard(SCARD_E_INVALID_VALUE), CardFault::Removed); // the handle's reader is gone
        QCOMPARE(faultOfScard(SCARD_E_INSUFFICIENT_BUFFER), CardFault::WrongLength);
        QCOMPARE(faultOfScard(SCARD_E_PROTO_MISMATCH), CardFault::Protocol);
        QCOMPARE(faultOfScard(SCARD_W_RESET_CARD), CardFault::CommandFailed);
        QCOMPARE(faultOfScard(SCARD_E_SHARING_VIOLATION), CardFault::CommandFailed);
        QCOMPARE(faultOfScard(0x1234), CardFault::CommandFailed);
        for (const LONG lost : {SCARD_F_COMM_ERROR, SCARD_E_NO_SERVICE, SCARD_E_SERVICE_STOPPED, SCARD_E_INVALID_HANDLE, SCARD_W_SECURITY_VIOLATION})
        {
            QVERIFY(isServiceLost(lost));
            QCOMPARE(faultOfScard(lost), CardFault::Removed);
        }
        QVERIFY(!isServiceLost(SCARD_W_RESET_CARD));
    }

    void theCatalogueKnowsTheNumbersOfThisLibrary()
    {
#define KNOWN(code) QCOMPARE(scardCode(#code) ? scardCode(#code)->pcscLiteValue : 0, std::uint32_t(code))
        KNOWN(SCARD_S_SUCCESS);
        KNOWN(SCARD_F_INTERNAL_ERROR);
        KNOWN(SCARD_E_CANCELLED);
        KNOWN(SCARD_E_SHARING_VIOLATION);
        KNOWN(SCARD_E_NO_SMARTCARD);
        KNOWN(SCARD_E_NOT_TRANSACTED);
        KNOWN(SCARD_E_READER_UNAVAILABLE);
        KNOWN(SCARD_P_SHUTDOWN);
        KNOWN(SCARD_E_NO_SERVICE);
        KNOWN(SCARD_E_UNEXPECTED);
        KNOWN(SCARD_E_UNSUPPORTED_FEATURE);
        KNOWN(SCARD_E_UNKNOWN_RES_MNG);
        KNOWN(SCARD_E_SERVER_TOO_BUSY);
        KNOWN(SCARD_W_UNPOWERED_CARD);
        KNOWN(SCARD_W_RESET_CARD);
        KNOWN(SCARD_W_REMOVED_CARD);
        KNOWN(SCARD_W_SECURITY_VIOLATION);
        KNOWN(SCARD_W_CARD_NOT_AUTHENTICATED);
#undef KNOWN
    }

    void numbersAreThoseOfWindows()
    {
        QCOMPARE(scardValue(SCARD_E_UNSUPPORTED_FEATURE), 0x80100022u);
        QCOMPARE(scardValue(SCARD_W_RESET_CARD), 0x80100068u);
        QCOMPARE(scardValue(LONG(0x80100068)), scardValue(LONG(std::int32_t(0x80100068)))); // positive here, negative elsewhere
        QCOMPARE(scardValue(0x1234), 0x1234u);
    }
};

QTEST_GUILESS_MAIN(pcsc_session_test)
#include "pcsc_session_test.moc"
