// The loopback server against clients that are slow, many, rude or gone.
#include <QTcpServer>
#include <QtTest>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network/loopback_server.h"
#include "network/qt_scheduler.h"
#include "support/manual_clock.h"
#include "support/plain_client.h"

using namespace eidkern;
using namespace eidkern::test;
using network::LoopbackExchange, network::LoopbackServer;

static const QByteArray anyRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

class LoopbackServerTest : public QObject
{
    Q_OBJECT

    network::QtScheduler scheduler_;
    std::unique_ptr<ManualClock> clock_;
    std::unique_ptr<LoopbackServer> server_;
    std::vector<std::shared_ptr<LoopbackExchange>> asked_;
    bool answerAtOnce_ = true;
    int gone_ = 0;
    quint16 port_ = 0;
    bool ipv6_ = false;

    std::unique_ptr<LoopbackServer> newServer()
    {
        return std::make_unique<LoopbackServer>(scheduler_, *clock_, [this](const std::shared_ptr<LoopbackExchange>& exchange) {
            exchange->gone = [this] { ++gone_; };
            asked_.push_back(exchange);
            if (answerAtOnce_) exchange->answer({200, {{"X-Test", "yes"}}, "hello"});
        });
    }

private slots:
    void init()
    {
        clock_ = std::make_unique<ManualClock>(scheduler_);
        server_ = newServer();
        const auto listening = server_->listen(0);
        QVERIFY(listening);
        port_ = listening->port;
        ipv6_ = listening->ipv6;
        asked_.clear();
        answerAtOnce_ = true;
        gone_ = 0;
    }
    void cleanup()
    {
        asked_.clear();
        server_.reset();
        clock_.reset();
    }

    void answers()
    {
        PlainClient client(port_);
        client.send("GET /a?b=c HTTP/1.1\r\nHost: x\r\nAccept: d\r\n\r\n");
        const auto reply = client.reply();
        QVERIFY2(reply.startsWith("HTTP/1.1 200 OK\r\n"), reply);
        QCOMPARE(PlainClient::header(reply, "X-Test"), "yes");
        QCOMPARE(PlainClient::header(reply, "Connection"), "close");
        QCOMPARE(PlainClient::header(reply, "Content-Length"), "5");
        QCOMPARE(PlainClient::header(reply, "Date"), "Fri, 20 Nov 2026 12:00:00 GMT");
        QCOMPARE(PlainClient::body(reply), "hello");
        QCOMPARE(asked_.size(), std::size_t(1));
        QCOMPARE(QByteArray::fromStdString(std::string(asked_[0]->request().target())), "/a?b=c");
        QCOMPARE(gone_, 0);
    }

    void alsoOnIpv6()
    {
        QTcpServer probe;
        QCOMPARE(ipv6_, probe.listen(QHostAddress::LocalHostIPv6));
        if (!ipv6_) QSKIP("this machine has no ::1");
        PlainClient client(port_, QHostAddress::LocalHostIPv6);
        client.send(anyRequest);
        QCOMPARE(client.status(), 200);
    }

    void aTakenPort_data()
    {
        QTest::addColumn<int>("address");
        QTest::newRow("on 127.0.0.1") << int(QHostAddress::LocalHost);
        if (QTcpServer().listen(QHostAddress::LocalHostIPv6)) QTest::newRow("on ::1") << int(QHostAddress::LocalHostIPv6);
    }
    void aTakenPort()
    {
        QFETCH(int, address);
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress(QHostAddress::SpecialAddress(address))));
        const auto listening = newServer()->listen(other.serverPort());
        QVERIFY(!listening);
        QVERIFY(listening.error().portTaken);
    }

    void addressesThatAreNone_data()
    {
        QTest::addColumn<QByteArray>("address");
        for (const auto* address : {"", "localhost", "127.0.0.1:80", "[::1]", "::1%no-such-interface", "127.0.0.256"})
            QTest::newRow(address) << QByteArray(address);
    }
    void addressesThatAreNone()
    {
        QFETCH(QByteArray, address);
        const auto listening = newServer()->listen(0, {address.toStdString()});
        QVERIFY(!listening && !listening.error().portTaken);
        QCOMPARE(QByteArray::fromStdString(listening.error().detail), address + ": not an address");
    }

    void everyAddressOfThisMachine() // "::" takes no IPv4: else there would be nothing left for "0.0.0.0"
    {
        if (!ipv6_) QSKIP("this machine has no ::1");
        const auto server = newServer();
        const auto listening = server->listen(0, {"::", "0.0.0.0"});
        QVERIFY(listening && listening->ipv6);
        PlainClient client(listening->port), client6(listening->port, QHostAddress::LocalHostIPv6);
        for (auto* each : {&client, &client6})
        {
            each->send(anyRequest);
            QCOMPARE(each->status(), 200);
        }
    }

    void noDescriptorIsLeft() // the connection is refused, and the next one is not
    {
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(port_);
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        QCOMPARE(::connect(client, reinterpret_cast<const sockaddr*>(&where), sizeof where), 0); // accepted by the kernel only
        rlimit usual{};
        ::getrlimit(RLIMIT_NOFILE, &usual);
        const int lowestFree = ::dup(client);
        ::close(lowestFree);
        const rlimit none{rlim_t(lowestFree), usual.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
        char byte = 0;
        const bool ended = QTest::qWaitFor([&] { return ::recv(client, &byte, 1, MSG_DONTWAIT) == 0; });
        ::setrlimit(RLIMIT_NOFILE, &usual);
        ::close(client);
        QVERIFY(ended && asked_.empty());
        PlainClient next(port_);
        next.send(anyRequest);
        QCOMPARE(next.status(), 200);
    }

    void aHeadGetsNoBody()
    {
        PlainClient client(port_);
        client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
        const auto reply = client.reply();
        QVERIFY2(reply.startsWith("HTTP/1.1 200 ") && PlainClient::body(reply).isEmpty(), reply);
    }

    void byteByByte()
    {
        PlainClient client(port_);
        for (const char c : anyRequest)
        {
            client.send(QByteArray(1, c));
            QCoreApplication::processEvents();
        }
        QCOMPARE(client.status(), 200);
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::newRow("not HTTP") << QByteArray("hello\r\n\r\n");
        QTest::newRow("two requests at once") << anyRequest + anyRequest;
        QTest::newRow("a body") << QByteArray("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
        QTest::newRow("a chunked body") << QByteArray("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        QTest::newRow("a head that is too large") << "GET / HTTP/1.1\r\nHost: x\r\nX: " + QByteArray(17 * 1024, 'x') + "\r\n\r\n";
        QTest::newRow("a head that never ends") << "GET / HTTP/1.1\r\nX: " + QByteArray(20 * 1024, 'x');
        QTest::newRow("a bare line feed") << QByteArray("GET / HTTP/1.1\nHost: x\r\n\r\n");
        QTest::newRow("two lengths") << QByteArray("GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n");
    }
    void refused()
    {
        QFETCH(QByteArray, request);
        PlainClient client(port_);
        client.send(request);
        QCOMPARE(client.status(), 400);
        QVERIFY(asked_.empty());
    }

    void aLargeHeadIsStillTaken()
    {
        PlainClient client(port_);
        client.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + QByteArray(15 * 1024, 'x') + "\r\n\r\n");
        QCOMPARE(client.status(), 200);
    }

    void aSlowClientHoldsUpNobodyAndEnds()
    {
        PlainClient slow(port_);
        slow.send("GET / HT");
        PlainClient other(port_);
        other.send(anyRequest);
        QCOMPARE(other.status(), 200);
        QVERIFY(!slow.isOver());
        clock_->advance(LoopbackServer::patience);
        QCOMPARE(slow.reply(), QByteArray());
        QVERIFY(slow.isOver());
    }

    void theHandlerMayTakeItsTime()
    {
        answerAtOnce_ = false;
        PlainClient client(port_);
        client.send(anyRequest);
        QTRY_COMPARE(asked_.size(), std::size_t(1));
        clock_->advance(std::chrono::minutes(30));
        QCoreApplication::processEvents();
        asked_[0]->answer({303, {{"Location", "https://x/"}}});
        QCOMPARE(client.status(), 303);
        asked_[0]->answer({200}); // too late, and once is enough
    }

    void whoNeverTakesTheAnswerIsCutOff()
    {
        QTcpSocket deaf; // does not read, does not close
        deaf.setReadBufferSize(1);
        deaf.connectToHost(QHostAddress::LocalHost, port_);
        QVERIFY(deaf.waitForConnected());
        answerAtOnce_ = false;
        deaf.write(anyRequest);
        QTRY_COMPARE(asked_.size(), std::size_t(1));
        asked_[0]->answer({200, {}, std::string(16 * 1024 * 1024, 'x')});
        const std::weak_ptr<LoopbackExchange> exchange = asked_[0];
        asked_.clear();
        QVERIFY(!exchange.expired());
        clock_->advance(LoopbackServer::patience);
        QTRY_VERIFY(exchange.expired());
    }

    void whoClosesIsGone()
    {
        answerAtOnce_ = false;
        PlainClient client(port_);
        client.send(anyRequest);
        QTRY_COMPARE(asked_.size(), std::size_t(1));
        client.leave();
        QTRY_COMPARE(gone_, 1);
        asked_[0]->answer({200}); // nobody is there
    }

    void whoSpeaksOutOfTurnIsGone()
    {
        answerAtOnce_ = false;
        PlainClient client(port_);
        client.send(anyRequest);
        QTRY_COMPARE(asked_.size(), std::size_t(1));
        client.send("more");
        QTRY_COMPARE(gone_, 1);
        QCOMPARE(client.reply(), QByteArray());
    }

    void whenAllPlacesAreTakenTheOldestIdlerGoes()
    {
        answerAtOnce_ = false;
        PlainClient waiting(port_); // older still, but it is our turn there
        waiting.send(anyRequest);
        QTRY_COMPARE(asked_.size(), std::size_t(1));
        answerAtOnce_ = true;
        std::vector<std::unique_ptr<PlainClient>> idlers;
        for (std::size_t i = 1; i < LoopbackServer::mostConnections; ++i)
        {
            idlers.push_back(std::make_unique<PlainClient>(port_));
            QVERIFY(idlers.back()->isConnected());
        }
        PlainClient another(port_);
        another.send(anyRequest);
        QCOMPARE(another.status(), 200);
        QTRY_VERIFY(idlers[0]->isOver());
        QVERIFY(!idlers[1]->isOver() && !waiting.isOver());
        asked_[0]->answer({200});
        QCOMPARE(waiting.status(), 200);
    }

    void aLastAnswerIsStillDelivered()
    {
        answerAtOnce_ = false;
        PlainClient client(port_);
        client.send(anyRequest);
        QTRY_COMPARE(asked_.size(), std::size_t(1));
        asked_[0]->answer({200, {}, "hello"});
        server_.reset();
        QCOMPARE(PlainClient::body(client.reply()), "hello");
    }

    void itsEndClosesEverythingAndCallsNobody()
    {
        answerAtOnce_ = false;
        PlainClient waiting(port_), reading(port_);
        waiting.send(anyRequest);
        reading.send("GET");
        QTRY_COMPARE(asked_.size(), std::size_t(1));
        asked_.clear();
        server_.reset();
        QCOMPARE(waiting.reply() + reading.reply(), QByteArray());
        QVERIFY(waiting.isOver() && reading.isOver());
        QCOMPARE(gone_, 0);
    }
};

QTEST_GUILESS_MAIN(LoopbackServerTest)
#include "loopback_server_test.moc"
