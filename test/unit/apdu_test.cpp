#include <QtTest>

#include "card/apdu.h"

using namespace eidkern;
using namespace eidkern::card;

class ApduTest : public QObject
{
    Q_OBJECT

private slots:
    void theSevenCases_data()
    {
        QTest::addColumn<QByteArray>("apdu");
        QTest::addColumn<int>("dataSize");
        QTest::addColumn<int>("le"); // -1: none
        QTest::newRow("1") << QByteArray("00a40000") << 0 << -1;
        QTest::newRow("2S") << QByteArray("00b0000010") << 0 << 16;
        QTest::newRow("2S all") << QByteArray("00b0000000") << 0 << 256;
        QTest::newRow("3S") << QByteArray("00a4000c023f00") << 2 << -1;
        QTest::newRow("4S") << QByteArray("10860000027c0000") << 2 << 256;
        QTest::newRow("2E") << QByteArray("00b09d00001234") << 0 << 0x1234;
        QTest::newRow("2E all") << QByteArray("00b09d00000000") << 0 << 65536;
        QTest::newRow("3E") << QByteArray("002a00be000100") + QByteArray(512, '7') << 256 << -1;
        QTest::newRow("4E") << QByteArray("002a00be000100") + QByteArray(512, '7') + "0000" << 256 << 65536;
    }
    void theSevenCases()
    {
        QFETCH(QByteArray, apdu);
        QFETCH(int, dataSize);
        QFETCH(int, le);
        const auto bytes = fromHex(apdu.toStdString()).value();
        const auto command = parseCommand(bytes);
        QVERIFY(command);
        QCOMPARE(int(command->data.size()), dataSize);
        QCOMPARE(command->le ? int(*command->le) : -1, le);
        QCOMPARE(encode(*command), bytes);
    }

    void malformed_data()
    {
        QTest::addColumn<QByteArray>("apdu");
        for (const auto* apdu : {"", "00", "00a400", "00a4000c023f", "00a4000c023f000011", "00a4000c0000", "00b00000000001ff00", "00b0000000000000",
                                 "002a00be00000511223344", "002a00be0000051122334455aa", "002a00be0000051122334455aabbcc"})
            QTest::newRow(apdu) << QByteArray(apdu);
    }
    void malformed()
    {
        QFETCH(QByteArray, apdu);
        QVERIFY(!parseCommand(fromHex(apdu.toStdString()).value()));
    }

    void extendedWhereNeeded()
    {
        QCOMPARE(encode(CommandApdu{.ins = 0x2A, .data = Bytes(255)}).size(), 4u + 1 + 255);
        QCOMPARE(encode(CommandApdu{.ins = 0x2A, .data = Bytes(256)}).size(), 4u + 3 + 256);
        QCOMPARE(encode(CommandApdu{.ins = 0x2A, .data = Bytes(1), .le = 257}).size(), 4u + 3 + 1 + 2);
        QCOMPARE(encode(CommandApdu{.ins = 0x2A, .data = Bytes(1), .le = 256}).size(), 4u + 1 + 1 + 1);
    }

    void responses()
    {
        QVERIFY(!parseResponse({}));
        QVERIFY(!parseResponse(Bytes{0x90}));
        const Bytes bytes{1, 2, 0x63, 0xC1};
        const auto response = parseResponse(bytes);
        QVERIFY(response);
        QCOMPARE(response->sw, 0x63C1);
        QVERIFY(!response->ok());
        QCOMPARE(response->data, (Bytes{1, 2}));
        QCOMPARE(encode(*response), bytes);
        QVERIFY(parseResponse(Bytes{0x90, 0x00})->ok());
    }
};

QTEST_GUILESS_MAIN(ApduTest)
#include "apdu_test.moc"
