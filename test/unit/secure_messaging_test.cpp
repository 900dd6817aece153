#include <QtTest>

#include "card/secure_messaging.h"
#include "core/hash.h"
#include "core/tlv.h"

using namespace eidkern;
using namespace eidkern::card;

namespace
{

SessionKeys keys(std::size_t size = 16) { return deriveSessionKeys(Secret("a shared secret of this test"), size); }

struct Ends
{
    SecureMessaging terminal{keys()}, card{keys()};
};

using CommandError = SecureMessaging::CommandError;

// A response as the card would make it, but with this padded plain text and MAC'd correctly: counter 2, after one command.
ResponseApdu responseWith(ByteView paddedText)
{
    const auto k = keys();
    Bytes counter(16);
    counter.back() = 2;
    const auto object = tlv(0x87, {Bytes{1}, aesCbcEncrypt(k.encryption, aesBlock(k.encryption, counter), paddedText)});
    auto covered = concat({object, Bytes{0x99, 2, 0x90, 0x00}});
    auto macInput = covered;
    macInput.push_back(0x80);
    macInput.resize((macInput.size() + 15) / 16 * 16);
    auto mac = aesCmac(k.mac, {counter, macInput});
    mac.resize(8);
    return {concat({covered, tlv(0x8E, mac)}), 0x9000};
}

} // namespace

class SecureMessagingTest : public QObject
{
    Q_OBJECT

private slots:
    void everySizeComesBack()
    {
        for (const std::size_t keySize : {16u, 24u, 32u})
        {
            SecureMessaging terminal(keys(keySize)), card(keys(keySize));
            for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 223u, 224u, 255u, 256u, 1000u, 30000u})
            {
                for (const auto le : std::initializer_list<std::optional<std::uint32_t>>{std::nullopt, 8u, 256u, 65536u})
                {
                    const CommandApdu command{.cla = 0x10, .ins = 0x86, .p1 = 1, .p2 = 2, .data = Bytes(size, 0x80), .le = le};
                    const auto sent = parseCommand(encode(terminal.protect(command)));
                    QVERIFY(sent);
                    QCOMPARE(sent->cla, 0x1C);
                    const auto opened = card.open(*sent);
                    QVERIFY(opened);
                    QCOMPARE(encode(*opened), encode(command));
                    const ResponseApdu response{Bytes(size, 0), 0x6282};
                    const auto answer = terminal.open(card.protect(response));
                    QVERIFY(answer);
                    QCOMPARE(encode(*answer), encode(response));
                }
            }
        }
    }

    void oddInstructions()
    {
        Ends ends;
        const CommandApdu command{.ins = 0xB1, .data = {0x54, 1, 0}, .le = 256};
        const auto sent = ends.terminal.protect(command);
        QCOMPARE(sent.data[0], 0x85);
        const auto opened = ends.card.open(sent);
        QVERIFY(opened);
        QCOMPARE(encode(*opened), encode(command));
        const auto answer = ends.terminal.open(ends.card.protect({{0x53, 1, 7}, 0x9000}, true));
        QVERIFY(answer);
        QCOMPARE(answer->data, (Bytes{0x53, 1, 7}));
    }

    void everyFlippedBitOfACommandIsRefused()
    {
        const auto sent = Ends().terminal.protect({.ins = 0xA4, .p1 = 2, .p2 = 0x0C, .data = {1, 2, 3}, .le = 256});
        for (std::size_t i = 0; i < sent.data.size(); ++i)
        {
            auto bad = sent;
            bad.data[i] ^= 0x10;
            QVERIFY(!Ends().card.open(bad));
        }
        for (const auto member : {&CommandApdu::ins, &CommandApdu::p1, &CommandApdu::p2})
        {
            auto bad = sent;
            bad.*member ^= 2; // the instruction stays even
            const auto opened = Ends().card.open(bad);
            QVERIFY(!opened && opened.error() == CommandError::IncorrectObjects);
        }
        QVERIFY(Ends().card.open(sent));
    }

    void everyFlippedBitOfAResponseIsRefused()
    {
        SecureMessaging card(keys());
        QVERIFY(card.open(SecureMessaging(keys()).protect({.ins = 0xB0, .le = 256})));
        const auto good = card.protect({{1, 2, 3}, 0x9000});
        const auto open = [](const ResponseApdu& response) {
            SecureMessaging terminal(keys());
            terminal.protect({.ins = 0xB0, .le = 256});
            return terminal.open(response);
        };
        QVERIFY(open(good));
        for (std::size_t i = 0; i < good.data.size(); ++i)
        {
            auto bad = good;
            bad.data[i] ^= 0x10;
            QVERIFY(!open(bad));
        }
        auto otherStatus = good;
        otherStatus.sw = 0x6282;
        QVERIFY(!open(otherStatus));
        QVERIFY(!open({{}, 0x9000})); // plain
        QVERIFY(!open({{}, 0x6988}));
    }

    void theCounterMakesAReplayFail()
    {
        Ends ends;
        const auto first = ends.terminal.protect({.ins = 0x84, .le = 8});
        QVERIFY(ends.card.open(first));
        const auto answer = ends.card.protect({Bytes(8), 0x9000});
        QVERIFY(ends.terminal.open(answer));
        ends.terminal.protect({.ins = 0x84, .le = 8});
        QVERIFY(!ends.terminal.open(answer));
        QVERIFY(!ends.card.open(first));
    }

    void deadAfterTheFirstError()
    {
        Ends ends;
        QVERIFY(ends.card.open(ends.terminal.protect({.ins = 0x84, .le = 8})));
        QVERIFY(!ends.terminal.open(ResponseApdu{{}, 0x6F00}));
        QVERIFY(!ends.terminal.open(ends.card.protect({Bytes(8), 0x9000})));

        Ends others;
        QVERIFY(!others.card.open(CommandApdu{.cla = 0x0C, .ins = 0x84}));
        others.terminal.protect({.ins = 0x84});
        QVERIFY(!others.card.open(others.terminal.protect({.ins = 0x84})));
    }

    void aGoodAnswerAfterABadOneIsRefusedToo() // the counters of both ends agree: only the dead session is in the way
    {
        Ends ends;
        const CommandApdu read{0x00, 0xB0, 0x84, 0x00, {}, 256};
        QVERIFY(ends.card.open(ends.terminal.protect(read)));
        auto bad = ends.card.protect({{1, 2, 3}, 0x9000});
        bad.data.back() ^= 1;
        QVERIFY(!ends.terminal.open(bad));
        QVERIFY(ends.card.open(ends.terminal.protect(read)));
        QVERIFY(!ends.terminal.open(ends.card.protect({{1, 2, 3}, 0x9000})));
    }

    void missingAndMisplacedObjects_data()
    {
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<bool>("missing");
        QTest::newRow("nothing") << QByteArray("") << true;
        QTest::newRow("no checksum") << QByteArray("970100") << true;
        QTest::newRow("checksum first") << QByteArray("8e080000000000000000970100") << true;
        QTest::newRow("wrong checksum") << QByteArray("8e080000000000000000") << false;
        QTest::newRow("short checksum") << QByteArray("8e0100") << false;
        QTest::newRow("no TLV") << QByteArray("8e0900") << false;
        QTest::newRow("too many") << QByteArray("9701009701009701009701008e080000000000000000") << false;
    }
    void missingAndMisplacedObjects()
    {
        QFETCH(QByteArray, data);
        QFETCH(bool, missing);
        const auto opened = Ends().card.open(CommandApdu{.cla = 0x0C, .ins = 0xB0, .data = fromHex(data.toStdString()).value()});
        QVERIFY(!opened);
        QCOMPARE(opened.error() == CommandError::MissingObjects, missing);
    }

    void paddingIsChecked()
    {
        const auto open = [](const ResponseApdu& response) {
            SecureMessaging terminal(keys());
            terminal.protect({.ins = 0xB0, .le = 256});
            return terminal.open(response);
        };
        auto text = Bytes(16);
        QVERIFY(!open(responseWith(text))); // zeros only
        text[4] = 0x81;
        QVERIFY(!open(responseWith(text)));
        text[4] = 0x80;
        const auto good = open(responseWith(text));
        QVERIFY(good);
        QCOMPARE(good->data, Bytes(4));
    }

    void passwordKeys_data()
    {
        QTest::addColumn<QByteArray>("password");
        QTest::addColumn<int>("keySize");
        QTest::addColumn<QByteArray>("key");
        QTest::newRow("CAN") << QByteArray("500540") << 16 << QByteArray("2a3315e9f17f6f671833f5f3e8082c4d");
        QTest::newRow("PUK") << QByteArray("9876543210") << 16 << QByteArray("ad8035d4a3e560356a44809f8acb6d45");
        QTest::newRow("AES-192") << QByteArray("123456") << 24 << QByteArray("8df3278fb32026e66277357fcd6c826dbeb3de32088b2531");
        QTest::newRow("AES-256") << QByteArray("123456") << 32 << QByteArray("8df3278fb32026e66277357fcd6c826dbeb3de32088b2531757d753940185923");
        QTest::newRow("transport PIN") << QByteArray("12345") << 16 << QByteArray("f4b058455e21f398f022d18b2073f263");
    }
    void passwordKeys()
    {
        QFETCH(QByteArray, password);
        QFETCH(int, keySize);
        QFETCH(QByteArray, key);
        QCOMPARE(toHex(derivePasswordKey(Secret(password.toStdString()), std::size_t(keySize)).view()), key.toStdString());
    }
};

QTEST_GUILESS_MAIN(SecureMessagingTest)
#include "secure_messaging_test.moc"
