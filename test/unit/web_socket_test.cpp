// WebSockets over real sockets, with clients that keep to RFC 6455 and clients that do not.
#include <QtTest>

#include "network/loopback_server.h"
#include "network/qt_scheduler.h"
#include "support/manual_clock.h"
#include "support/plain_client.h"
#include "support/web_socket_client.h"

using namespace eidkern;
using namespace eidkern::test;
using namespace eidkern::network;

static QByteArray handshake(const QByteArray& key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
                            const QByteArray& version = "Sec-WebSocket-Version: 13\r\n",
                            const QByteArray& upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n", const QByteArray& line = "GET / HTTP/1.1")
{
    return line + "\r\nHost: x\r\n" + upgrade + version + key + "\r\n";
}

class WebSocketTest : public QObject
{
    Q_OBJECT

    QtScheduler scheduler_;
    std::unique_ptr<ManualClock> clock_;
    std::unique_ptr<LoopbackServer> server_;
    std::shared_ptr<WebSocket> socket_; // of the latest client
    std::vector<QByteArray> texts_;
    std::function<void(QByteArray)> onText_;
    int gone_ = 0;
    quint16 port_ = 0;

    void handle(const std::shared_ptr<LoopbackExchange>& exchange)
    {
        socket_ = exchange->upgrade({{"Server", "test"}});
        if (!socket_) return exchange->answer({400});
        socket_->gone = [this] { ++gone_; };
        socket_->text = [this](std::string_view text) {
            texts_.emplace_back(text.data(), qsizetype(text.size()));
            if (onText_) onText_(texts_.back());
        };
    }
    void echo()
    {
        onText_ = [this](const QByteArray& text) { socket_->send(text.toStdString()); };
    }

private slots:
    void init()
    {
        clock_ = std::make_unique<ManualClock>(scheduler_);
        server_ = std::make_unique<LoopbackServer>(scheduler_, *clock_, [this](const auto& exchange) { handle(exchange); });
        port_ = server_->listen(0).value().port;
        texts_.clear();
        onText_ = {};
        gone_ = 0;
    }
    void cleanup()
    {
        server_.reset();
        socket_.reset();
        clock_.reset();
    }

    void theHandshakeOfRfc6455()
    {
        WebSocketClient client(port_);
        QCOMPARE(client.status(), 101);
        QCOMPARE(PlainClient::header(client.head(), "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); // RFC 6455 1.3
        QCOMPARE(PlainClient::header(client.head(), "Server"), "test");
        QVERIFY(!client.head().contains("Extensions") && !client.head().contains("Protocol:"));
    }

    void handshakesThatAreNotTaken_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::newRow("no key") << handshake("");
        QTest::newRow("two keys") << handshake("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        QTest::newRow("a short key") << handshake("Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n");
        QTest::newRow("a key that is not Base64") << handshake("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==\r\n");
        QTest::newRow("no version") << handshake("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "");
        QTest::newRow("version 8") << handshake("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "Sec-WebSocket-Version: 8\r\n");
        const QByteArray key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", version = "Sec-WebSocket-Version: 13\r\n";
        QTest::newRow("no upgrade") << handshake(key, version, "");
        QTest::newRow("an upgrade that Connection does not name") << handshake(key, version, "Upgrade: websocket\r\nConnection: keep-alive\r\n");
        QTest::newRow("to something else") << handshake(key, version, "Upgrade: h2c\r\nConnection: Upgrade\r\n");
        QTest::newRow("POST") << handshake(key, version, "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n", "POST / HTTP/1.1");
        QTest::newRow("HTTP/1.0") << handshake(key, version, "Upgrade: websocket\r\nConnection: Upgrade\r\n", "GET / HTTP/1.0");
        QTest::newRow("a frame before the answer") << handshake() + WebSocketClient::frame(0x81, "early");
    }
    void handshakesThatAreNotTaken()
    {
        QFETCH(QByteArray, request);
        PlainClient client(port_);
        client.send(request);
        QCOMPARE(client.status(), 400);
        QVERIFY(!socket_);
    }

    void textsOfEverySize_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {0, 1, 7, 8, 125, 126, 127, 65535, 65536, 65537, 200'000, int(FrameReader::largestMessage)}) QTest::addRow("%d", size) << size;
    }
    void textsOfEverySize() // both directions
    {
        QFETCH(int, size);
        echo();
        QByteArray text(size, 'x');
        for (int i = 0; i < size; ++i) text[i] = char('a' + i % 25);
        WebSocketClient client(port_);
        client.send("before");
        client.send(text);
        client.send("behind");
        QCOMPARE(client.text(), "before");
        QVERIFY(client.text() == text);
        QCOMPARE(client.text(), "behind");
    }

    void fragmentsWithControlFramesBetween()
    {
        WebSocketClient client(port_);
        client.sendBytes(WebSocketClient::frame(0x01, "Gr\xc3") + WebSocketClient::frame(0x89, "are you there?")
                         + WebSocketClient::frame(0x00, "\xbc") // a letter cut in two
                         + WebSocketClient::frame(0x8A, "a pong nobody asked for") + WebSocketClient::frame(0x00, "") + WebSocketClient::frame(0x80, "n"));
        QCOMPARE(client.next(), std::pair(0x8A, QByteArray("are you there?")));
        QTRY_COMPARE(texts_, std::vector<QByteArray>{"Gr\xc3\xbcn"});
    }

    void byteByByte()
    {
        WebSocketClient client(port_);
        const auto bytes = WebSocketClient::frame(0x81, "one") + WebSocketClient::frame(0x82, "binary") + WebSocketClient::frame(0x89, "ping")
                         + WebSocketClient::frame(0x01, QByteArray(300, 'a')) + WebSocketClient::frame(0x80, "end");
        for (const char byte : bytes)
        {
            client.sendBytes(QByteArray(1, byte));
            QCoreApplication::processEvents();
        }
        QCOMPARE(client.next(), std::pair(0x8A, QByteArray("ping")));
        QTRY_COMPARE(texts_, (std::vector<QByteArray>{"one", QByteArray(300, 'a') + "end"}));
    }

    void binaryMessagesAreReadOver()
    {
        echo();
        WebSocketClient client(port_);
        client.sendBytes(WebSocketClient::frame(0x82, QByteArray(100'000, '\xff')) + WebSocketClient::frame(0x02, "a") + WebSocketClient::frame(0x80, "b"));
        client.send("text");
        QCOMPARE(client.text(), "text");
        QCOMPARE(texts_.size(), std::size_t(1));
    }

    void faults_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        const auto frame = [](int first, const QByteArray& payload) { return WebSocketClient::frame(first, payload); };
        const auto length = [](const char* hex) { return QByteArray::fromHex(hex); };
        QTest::newRow("unmasked") << WebSocketClient::frame(0x81, "text", false) << 1002;
        QTest::newRow("unmasked, cut") << length("8105") << 1002;
        for (const int bit : {0x10, 0x20, 0x40}) QTest::addRow("reserved bit %x", bit) << frame(0x81 | bit, "text") << 1002;
        for (const int opcode : {3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF}) QTest::addRow("opcode %x", opcode) << frame(0x80 | opcode, "") << 1002;
        QTest::newRow("a ping of 126 bytes") << frame(0x89, QByteArray(126, 'x')) << 1002;
        QTest::newRow("a ping in fragments") << frame(0x09, "x") << 1002;
        QTest::newRow("a continuation of nothing") << frame(0x80, "x") << 1002;
        QTest::newRow("a continuation of a whole message") << frame(0x81, "x") + frame(0x80, "x") << 1002;
        QTest::newRow("a text inside a text") << frame(0x01, "x") + frame(0x81, "x") << 1002;
        QTest::newRow("a length of 125 in two bytes") << length("81fe007d00000000") << 1002;
        QTest::newRow("a length of 65535 in eight bytes") << length("81ff000000000000ffff00000000") << 1002;
        QTest::newRow("a negative length") << length("81ff800000000000000000000000") << 1002;
        QTest::newRow("1 MiB and a byte") << length("81ff000000000010000100000000") << 1009;
        QTest::newRow("as large as can be said") << length("81ff7fffffffffffffff00000000") << 1009;
        QTest::newRow("binary, too large") << length("82ff000000000010000100000000") << 1009;
        QTest::newRow("too large in fragments") << frame(0x01, QByteArray(600'000, 'x')) + length("80ff000000000007000000000000") << 1009;
        QTest::newRow("not UTF-8") << frame(0x81, "a\xff") << 1007;
        QTest::newRow("a surrogate") << frame(0x81, "\xed\xa0\x80") << 1007;
        QTest::newRow("overlong") << frame(0x81, "\xc0\x80") << 1007;
        QTest::newRow("a cut letter at the end") << frame(0x01, "a\xc3") + frame(0x80, "") << 1007;
        QTest::newRow("closed with one byte") << frame(0x88, "x") << 1002;
        for (const char* code : {"03e7", "03ec", "03ed", "03ee", "03f7", "07d0", "0bb7", "1388"})
            QTest::addRow("closed with code %s", code) << frame(0x88, QByteArray::fromHex(code)) << 1002;
        QTest::newRow("closed with a reason that is not UTF-8") << frame(0x88, QByteArray::fromHex("03e8") + "\xff") << 1007;
    }
    void faults()
    {
        QFETCH(QByteArray, bytes);
        WebSocketClient client(port_);
        QCOMPARE(client.status(), 101);
        client.sendBytes(bytes + WebSocketClient::frame(0x81, "behind it"));
        QTEST(client.closeCode(), "code");
        QTRY_COMPARE(gone_, 1);
        client.leave();
        QVERIFY(std::find(texts_.begin(), texts_.end(), "behind it") == texts_.end());
    }

    void aClientCloses_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<int>("answer");
        QTest::newRow("without a code") << QByteArray() << 0;
        QTest::newRow("1000") << QByteArray::fromHex("03e8") + "bye" << 1000;
        QTest::newRow("1001") << QByteArray::fromHex("03e9") << 1001;
        QTest::newRow("4999") << QByteArray::fromHex("1387") << 4999;
    }
    void aClientCloses()
    {
        QFETCH(QByteArray, payload);
        WebSocketClient client(port_);
        client.sendBytes(WebSocketClient::frame(0x88, payload));
        QTEST(client.closeCode(), "answer");
        QCOMPARE(client.next().first, -1); // the connection ends
        QCOMPARE(gone_, 1);
    }

    void aClientVanishes()
    {
        WebSocketClient client(port_);
        client.leave();
        QTRY_COMPARE(gone_, 1);
        QVERIFY(!socket_->isOpen());
        socket_->send("nobody is there");
    }

    void weClose()
    {
        WebSocketClient client(port_);
        socket_->close(CloseCode::GoingAway);
        QCOMPARE(client.closeCode(), 1001);
        QCOMPARE(client.next().first, -1);
        QCOMPARE(gone_, 0);
    }

    void whoNeverClosesAfterUsIsCutOff()
    {
        WebSocketClient client(port_);
        const std::weak_ptr<WebSocket> closing = socket_;
        client.stopReading(); // and so does not see our end
        std::exchange(socket_, {})->close(CloseCode::GoingAway);
        client.sendBytes("whatever");
        QCoreApplication::processEvents();
        QVERIFY(!closing.expired());
        clock_->advance(LoopbackServer::patience);
        QTRY_VERIFY(closing.expired());
    }

    void theServersEndIsTold()
    {
        WebSocketClient client(port_);
        client.send("unread"); // a reset would overtake the farewell
        server_.reset();
        QCOMPARE(client.closeCode(), 1001);
        QCOMPARE(gone_, 0);
    }

    void theServerEndsInsideAText()
    {
        onText_ = [this](const QByteArray&) { server_.reset(); };
        WebSocketClient client(port_);
        client.sendBytes(WebSocketClient::frame(0x81, "end") + WebSocketClient::frame(0x81, "behind it"));
        QCOMPARE(client.closeCode(), 1001);
        QCOMPARE(texts_, std::vector<QByteArray>{"end"});
    }

    void answersOfOneReadLeaveTogether()
    {
        std::vector<std::size_t> unsent;
        onText_ = [&](const QByteArray& text) {
            socket_->send(text.toStdString());
            unsent.push_back(socket_->unsent());
        };
        WebSocketClient client(port_);
        QByteArray many;
        for (int i = 0; i < 1000; ++i) many += WebSocketClient::frame(0x81, QByteArray::number(i));
        client.sendBytes(many);
        for (int i = 0; i < 1000; ++i) QCOMPARE(client.text(), QByteArray::number(i));
        QVERIFY(std::ranges::max(unsent) > 100); // bytes of many answers waited for one another
    }

    // 16 MiB of answers to a client that sends all of its commands before it reads: it is not read from meanwhile.
    void whoSendsMuchBeforeReadingGetsItAll()
    {
        const std::string answer(16 * 1024, 'x');
        std::size_t most = 0;
        onText_ = [&](const QByteArray&) {
            socket_->send(answer);
            most = std::max(most, socket_->unsent());
        };
        WebSocketClient client(port_);
        client.stopReading();
        QByteArray all;
        for (int i = 0; i < 1024; ++i) all += WebSocketClient::frame(0x81, "again");
        client.sendBytes(all);
        QTRY_VERIFY(most > WebSocket::enoughUnsent);
        QCoreApplication::processEvents();
        QVERIFY(texts_.size() < 1024);
        client.readAgain();
        for (int i = 0; i < 1024; ++i) QCOMPARE(client.text().size(), qsizetype(answer.size()));
        QVERIFY(most <= WebSocket::enoughUnsent + answer.size() + 16);
        QCOMPARE(gone_, 0);
    }

    void whoNeverReadsIsDropped()
    {
        WebSocketClient client(port_);
        client.stopReading();
        const std::string news(1024 * 1024, 'x');
        for (int i = 0; i < 64 && socket_->isOpen(); ++i) socket_->send(news);
        QVERIFY(!socket_->isOpen());
        QCOMPARE(socket_->unsent(), std::size_t(0));
        QCOMPARE(gone_, 0); // not from inside send()
        QTRY_COMPARE(gone_, 1);
    }

    void aWebSocketKeepsItsPlace()
    {
        echo();
        WebSocketClient client(port_);
        std::vector<std::unique_ptr<PlainClient>> idlers;
        for (std::size_t i = 0; i < LoopbackServer::mostConnections + 8; ++i)
        {
            idlers.push_back(std::make_unique<PlainClient>(port_));
            QVERIFY(idlers.back()->isConnected());
        }
        QTRY_VERIFY(idlers[0]->isOver());
        client.send("still there");
        QCOMPARE(client.text(), "still there");
    }

    void lookingNoticesWhoHasGone()
    {
        auto client = std::make_unique<WebSocketClient>(port_);
        client->send("last words");
        QTRY_COMPARE(texts_.size(), std::size_t(1));
        client.reset(); // its end is on the way, and the event loop has not run
        socket_->look();
        QCOMPARE(gone_, 1);
    }
};

QTEST_GUILESS_MAIN(WebSocketTest)
#include "web_socket_test.moc"
