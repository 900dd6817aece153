// The Channel through an HTTP proxy on loopback, which leads every CONNECT to the lab's TLS server.
#include <QTcpServer>
#include <QtTest>

#include "network/qt_scheduler.h"
#include "support/channel_support.h"
#include "support/connect_proxy.h"

using namespace eidkern;
using namespace eidkern::test;
using lab::TlsConnection;
using network::Channel, network::QtScheduler;

class ChannelProxyTest : public QObject
{
    Q_OBJECT

    QtScheduler scheduler_;

    WebOpened open(Channel& channel, const Url& url)
    {
        const auto opening = channel.open(url, {}, anyone);
        if (!QTest::qWaitFor([&] { return opening.ready(); })) return {};
        return opening.peek();
    }

private slots:
    void connects_data()
    {
        QTest::addColumn<QByteArray>("credentials");
        QTest::newRow("open proxy") << QByteArray();
        QTest::newRow("with user and password") << QByteArray("anna:topsecret");
    }
    void connects()
    {
        QFETCH(QByteArray, credentials);
        TlsServer server(context(certified({.commonName = "service.example", .subjectAltName = "DNS:service.example"})));
        server.answer = [](TlsConnection& c, const QByteArray&) { c.write(TlsServer::ok("hi")); };
        ConnectProxy proxy(server.port());
        proxy.credentials = credentials;
        std::vector<std::string> asked;
        Channel channel(scheduler_, network::clientProfile("default").value(), [&](const std::string& host, std::uint16_t port) {
            asked.push_back(host + ':' + std::to_string(port));
            return std::optional(credentials.isEmpty() ? proxy.asProxy() : proxy.asProxy("anna", "topsecret"));
        });
        const auto opened = open(channel, urlOf(8443, "service.example"));
        QCOMPARE(name(opened.outcome), name(WebOutcome::Ok));
        QVERIFY(opened.tls.hostMatches);
        QCOMPARE(asked, std::vector<std::string>{"service.example:8443"});
        QVERIFY2(proxy.requests.last().startsWith("CONNECT service.example:8443 HTTP/1.1\r\n"), proxy.requests.last());
        QVERIFY(!proxy.requests.first().contains("Authorization")); // not before it is asked for
        const auto replying = channel.exchange(post());
        QTRY_VERIFY(replying.ready());
        QCOMPARE(replying.peek().body.text(), std::string_view("hi"));
    }

    void fails_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("credentials");
        QTest::newRow("502") << QByteArray("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n") << QByteArray();
        QTest::newRow("403") << QByteArray("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") << QByteArray();
        QTest::newRow("closes") << QByteArray() << QByteArray();
        QTest::newRow("wrong password") << QByteArray("HTTP/1.1 200 ok\r\n\r\n") << QByteArray("anna:another");
    }
    void fails()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, credentials);
        TlsServer server(context(good()));
        ConnectProxy proxy(server.port());
        proxy.answer = answer;
        proxy.credentials = credentials;
        Channel channel(scheduler_, network::clientProfile("default").value(),
                        [&](const std::string&, std::uint16_t) { return std::optional(proxy.asProxy("anna", "topsecret")); });
        const auto opened = open(channel, urlOf(8443, "service.example"));
        QCOMPARE(name(opened.outcome), name(WebOutcome::ProxyFailed));
        QCOMPARE(opened.detail, std::string()); // it goes into logs
        QCOMPARE(server.handshakes, 0);
    }

    void notThere()
    {
        QTcpServer closed;
        closed.listen(QHostAddress::LocalHost);
        const auto port = closed.serverPort();
        closed.close();
        Channel channel(scheduler_, network::clientProfile("default").value(),
                        [port](const std::string&, std::uint16_t) { return std::optional(Proxy{"127.0.0.1", port}); });
        QCOMPARE(name(open(channel, urlOf(8443, "service.example")).outcome), name(WebOutcome::ProxyFailed));
    }

    void neverForThisMachine()
    {
        TlsServer server(context(good()));
        bool asked = false;
        Channel channel(scheduler_, network::clientProfile("default").value(), [&](const std::string&, std::uint16_t) {
            asked = true;
            return std::optional(Proxy{"127.0.0.1", 1});
        });
        for (const auto* host : {"127.0.0.1", "localhost"}) QCOMPARE(name(open(channel, urlOf(server.port(), host)).outcome), name(WebOutcome::Ok));
        QVERIFY(!asked);
    }

    void noneNamed()
    {
        Channel channel(scheduler_, network::clientProfile("default").value(), [](const std::string&, std::uint16_t) { return std::optional<Proxy>(); });
        QCOMPARE(name(open(channel, urlOf(443, "service.invalid")).outcome), name(WebOutcome::HostNotFound));
    }
};

QTEST_GUILESS_MAIN(ChannelProxyTest)
#include "channel_proxy_test.moc"
