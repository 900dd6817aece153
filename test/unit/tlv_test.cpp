// TLV reading is strict and writing is minimal.
#include <QTest>

#include "core/tlv.h"

using namespace eidkern;

static Bytes h(const char* hex) { return fromHex(hex).value(); }

class tlv_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<quint32>("tag");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("one-byte tag") << QByteArray("0603040506") << quint32(0x06) << QByteArray("040506");
        QTest::newRow("empty value") << QByteArray("7C00") << quint32(0x7C) << QByteArray("");
        QTest::newRow("two-byte tag") << QByteArray("7F4901AA") << quint32(0x7F49) << QByteArray("aa");
        QTest::newRow("three-byte tag") << QByteArray("7F810201AA") << quint32(0x7F8102) << QByteArray("aa");
        QTest::newRow("long length") << QByteArray("048180") + QByteArray(256, '0') << quint32(0x04) << QByteArray(256, '0');
    }
    void reads()
    {
        QFETCH(QByteArray, input);
        const auto bytes = h(input.constData());
        const auto element = singleTlv(bytes);
        QVERIFY(element);
        QTEST(element->tag, "tag");
        QTEST(QByteArray::fromStdString(toHex(element->value)), "value");
        QVERIFY(same(element->whole, bytes));
        QVERIFY(same(tlv(element->tag, element->value), bytes)); // and writes it the same way
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("input");
        for (const char* bad : {"", "04", "0401", "0402AA", "7F", "7F49", "7F818283", "7F81828301AA", // cut, and a tag too long
                                "0480AA0000",     // indefinite
                                "04817F", "0481017F", "04820080", "0482007F", // not minimal
                                "0484000000", "048400000001AA", "0485", "0401AABB"})
            QTest::newRow(bad) << QByteArray(bad);
    }
    void refuses()
    {
        QFETCH(QByteArray, input);
        QVERIFY(!singleTlv(h(input.constData())));
    }

    void sequences()
    {
        const auto bytes = h("0401AA0401BB0500");
        const auto all = allTlv(bytes);
        QVERIFY(all && all->size() == 3);
        QVERIFY(!single(*all, 0x04)); // stands twice
        QVERIFY(single(*all, 0x05) && single(*all, 0x05)->empty());
        QVERIFY(!find(*all, 0x06));
        QVERIFY(!allTlv(h("0401AA04"))); // cut behind a whole one
        QVERIFY(!allTlv(bytes, 2));      // more than allowed
    }

    void writesEveryLengthMinimally()
    {
        for (const std::size_t size : {0u, 1u, 127u, 128u, 255u, 256u, 65535u, 65536u})
        {
            const auto bytes = tlv(0x53, Bytes(size, 0x11));
            const auto element = singleTlv(bytes);
            QVERIFY(element && element->value.size() == size);
        }
    }

    void hex()
    {
        QVERIFY(same(h("00fFaB"), Bytes{0x00, 0xFF, 0xAB}));
        QCOMPARE(toHex(Bytes{0x00, 0xFF, 0xAB}), std::string("00ffab"));
        for (const char* bad : {"0", "0g", "0x00", " 00", "00 "}) QVERIFY(!fromHex(bad));
    }
};

QTEST_GUILESS_MAIN(tlv_test)
#include "tlv_test.moc"
