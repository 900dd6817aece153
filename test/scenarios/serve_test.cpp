// A browser starts a login: lab, engine and activation server with real sockets, and a plain HTTP client as the browser.
#include <QCoreApplication>
#include <QUrl>
#include <QtTest>

#include "eidkern/activation.h"
#include "eidkern/lab.h"
#include "network/channel.h"
#include "network/qt_scheduler.h"
#include "network/url.h"
#include "support/plain_client.h"

using namespace eidkern;
using namespace eidkern::test;

class serve_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<PublicLab> lab_;
    std::vector<TrustAnchor> anchors_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<ActivationServer> server_;
    std::function<bool(Event&)> before_; // false: this event is not answered
    QStringList states_, codes_;         // of all logins; "success" too

    void handle(Event& event)
    {
        if (before_ && !before_(event)) return;
        if (const auto* entered = std::get_if<StateEntered>(&event)) states_ << QString::fromUtf8(entered->state.data(), qsizetype(entered->state.size()));
        if (const auto* rights = std::get_if<RightsAsked>(&event)) engine_->grant(rights->id, rights->optional);
        if (const auto* password = std::get_if<PasswordAsked>(&event)) engine_->enter(password->id, Secret("123456"));
        if (const auto* end = std::get_if<WorkflowFinished>(&event))
            codes_ << (end->failure ? QString::fromStdString(std::string(name(end->failure->code))) : QStringLiteral("success"));
    }

    QByteArray origin() const { return "127.0.0.1:" + QByteArray::number(server_->port()); }
    QByteArray request(const QByteArray& target, const QByteArray& more = {}, const QByteArray& method = "GET") const
    {
        return method + " " + target + " HTTP/1.1\r\nHost: " + origin() + "\r\n" + more + "\r\n";
    }
    QByteArray login() const { return "/eID-Client?tcTokenURL=" + QUrl::toPercentEncoding(QString::fromStdString(lab_->tcTokenUrl())); }
    QByteArray replyTo(const QByteArray& bytes) const
    {
        PlainClient browser(server_->port());
        browser.send(bytes);
        return browser.reply();
    }
    static int statusOf(const QByteArray& reply) { return reply.mid(9, 3).toInt(); }

    // What the service shows to a browser that comes with this address.
    struct Page
    {
        int status = 0;
        std::string location, body;
    };
    static Page fetch(const QByteArray& location)
    {
        network::QtScheduler scheduler;
        network::Channel channel(scheduler);
        const auto url = network::parseUrl(location.toStdString()).value();
        const auto opening = channel.open(url, {}, [](const TlsFacts&) { return true; });
        if (!QTest::qWaitFor([&] { return opening.ready(); }) || opening.peek().outcome != WebOutcome::Ok) return {};
        const auto replying = channel.exchange({.path = url.path});
        if (!QTest::qWaitFor([&] { return replying.ready(); })) return {};
        const auto& reply = replying.peek();
        return {reply.status, reply.location, std::string(reply.body.text())};
    }

private slots:
    void initTestCase()
    {
        lab_ = PublicLab::start({}).value();
        anchors_ = {TrustAnchor::parse(lab_->cvca()).value()};
    }
    void init()
    {
        const auto card = SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), anchors_).value();
        engine_ = std::make_unique<Engine>(EngineSettings{anchors_, {card}, {}});
        server_ = std::move(ActivationServer::listen({.port = 0}, *engine_, [this](Event& event) { handle(event); }).value());
        before_ = {};
        states_.clear();
        codes_.clear();
    }
    void cleanup()
    {
        server_.reset();
        engine_.reset();
    }

    void aBrowserLogsInTwice()
    {
        for (int i = 1; i <= 2; ++i)
        {
            const auto reply = replyTo(request(login()));
            QCOMPARE(statusOf(reply), 303);
            QCOMPARE(codes_.size(), i);
            QCOMPARE(codes_.last(), "success");
            const auto location = PlainClient::header(reply, "Location");
            QVERIFY2(location.endsWith("ResultMajor=ok"), location);
            QVERIFY(PlainClient::header(reply, "Server").endsWith("(TR-03124-1/1.4)"));
            QCOMPARE(PlainClient::header(reply, "Cache-Control"), "no-store");
            QVERIFY(!reply.contains("Access-Control"));
            const auto refreshed = fetch(location); // once, and then on to the result
            QCOMPARE(refreshed.status, 303);
            const auto result = fetch(location.left(location.indexOf("/refresh")) + QByteArray::fromStdString(refreshed.location));
            QCOMPARE(result.status, 200);
            QVERIFY(result.body.find("Sandwig") != std::string::npos);
        }
    }

    void overIpv6()
    {
        if (!server_->ipv6()) QSKIP("this machine has no ::1");
        PlainClient browser(server_->port(), QHostAddress::LocalHostIPv6);
        browser.send("GET " + login() + " HTTP/1.1\r\nHost: [::1]:" + QByteArray::number(server_->port()) + "\r\n\r\n");
        QCOMPARE(browser.status(), 303);
        QCOMPARE(codes_, QStringList{"success"});
    }

    void oneAtATime()
    {
        QByteArray second;
        bool asked = false;
        before_ = [&](Event& event) {
            if (!std::holds_alternative<RightsAsked>(event) || std::exchange(asked, true)) return true;
            second = replyTo(request(login(), "Accept-Language: de\r\n"));
            return true;
        };
        QCOMPARE(statusOf(replyTo(request(login()))), 303);
        QCOMPARE(statusOf(second), 409);
        QVERIFY(PlainClient::body(second).contains("<html lang=\"de\">") && PlainClient::body(second).contains("href=\"" + login() + "\""));
        QCOMPARE(codes_, QStringList{"success"});
    }

    void whoLeavesTakesNoMore() // and brings to an end what runs
    {
        QByteArray second;
        before_ = [&](Event& event) {
            if (!std::holds_alternative<RightsAsked>(event)) return true;
            server_->leave([] {});
            second = replyTo(request(login()));
            return true;
        };
        QCOMPARE(statusOf(replyTo(request(login()))), 303);
        QCOMPARE(statusOf(second), 503);
        QVERIFY(PlainClient::body(second).contains("<html lang=\"en\">") && PlainClient::body(second).contains("href=\"" + login() + "\""));
        QCOMPARE(statusOf(replyTo(request(login()))), 503);
        QCOMPARE(codes_, QStringList{"success"});
    }

    void theUserCancels()
    {
        before_ = [&](Event& event) {
            if (std::holds_alternative<RightsAsked>(event)) return engine_->cancel(), false;
            return true;
        };
        const auto reply = replyTo(request(login()));
        QCOMPARE(statusOf(reply), 303);
        QVERIFY(PlainClient::header(reply, "Location").endsWith("ResultMajor=error&ResultMinor=cancellationByUser"));
        QCOMPARE(codes_, QStringList{"User_Cancelled"});
    }

    void theBrowserLeavesAndTheServerIsStillTold()
    {
        PlainClient browser(server_->port());
        before_ = [&](Event& event) {
            if (std::holds_alternative<RightsAsked>(event)) return browser.leave(), false;
            return true;
        };
        browser.send(request(login()));
        QTRY_COMPARE(codes_, QStringList{"User_Cancelled"});
        QVERIFY2(states_.contains("EndDialogue"), qPrintable(states_.join(' ')));
        before_ = {};
        QCOMPARE(statusOf(replyTo(request(login()))), 303); // ready for the next one
        QCOMPARE(codes_.last(), "success");
    }

    void theBrowserLeavesTooLateForAStop()
    {
        before_ = [&](Event& event) {
            if (const auto* entered = std::get_if<StateEntered>(&event); entered && entered->state == "ResolveRefresh") engine_->browserGone();
            return true;
        };
        replyTo(request(login()));
        QCOMPARE(codes_, QStringList{"Browser_Send_Failed"});
    }

    void theServerDiesWhileALoginRuns()
    {
        before_ = [&](Event& event) {
            if (std::holds_alternative<RightsAsked>(event)) server_.reset();
            return true;
        };
        QCOMPARE(replyTo(request(login())), QByteArray());
        QTRY_COMPARE(codes_, QStringList{"success"});
    }

    void badAddresses_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* target, int status, const char* code) { QTest::newRow(target) << QByteArray(target) << status << QString(code); };
        row("/eID-Client", 404, "Parse_TcToken_Missing_Url");
        row("/eID-Client?tctokenurl=https%3A%2F%2Fx", 404, "Parse_TcToken_Missing_Url");
        row("/eID-Client?tcTokenURL=", 404, "Parse_TcToken_Invalid_Url");
        row("/eID-Client?tcTokenURL=https%3A%2F%2Fho%20st%2F", 404, "Parse_TcToken_Invalid_Url");
        row("/eID-Client?tcTokenURL=http%3A%2F%2F127.0.0.1%3A1%2F", 400, "Get_TcToken_Invalid_Url");
        row("/eID-Client?tcTokenURL=https%3A%2F%2F127.0.0.1%3A1%2F", 404, "Get_TcToken_Network_Error");
    }
    void badAddresses()
    {
        QFETCH(QByteArray, target);
        QFETCH(QString, code);
        const auto reply = replyTo(request(target, "Accept-Language: de-DE,de;q=0.9\r\n"));
        QTEST(statusOf(reply), "status");
        QCOMPARE(codes_, QStringList{code});
        QVERIFY2(PlainClient::body(reply).contains(code.toUtf8()) && PlainClient::body(reply).contains("Anmeldung"), reply);
        QVERIFY(PlainClient::header(reply, "Content-Security-Policy").startsWith("default-src 'none'"));
        QVERIFY(!reply.contains("Access-Control"));
    }

    void otherHostsStartNothing_data()
    {
        QTest::addColumn<QByteArray>("host");
        QTest::newRow("rebinding") << QByteArray("Host: evil.example:%1\r\n");
        QTest::newRow("no port") << QByteArray("Host: 127.0.0.1\r\n");
        QTest::newRow("none") << QByteArray();
        QTest::newRow("two") << QByteArray("Host: 127.0.0.1:%1\r\nHost: 127.0.0.1:%1\r\n");
    }
    void otherHostsStartNothing()
    {
        QFETCH(QByteArray, host);
        host.replace("%1", QByteArray::number(server_->port()));
        for (const QByteArray& target : {login(), QByteArray("/eID-Client?Status"), QByteArray("/nowhere")})
        {
            const auto reply = replyTo("GET " + target + " HTTP/1.1\r\n" + host + "\r\n");
            QCOMPARE(statusOf(reply), 400);
            QVERIFY(!reply.contains("Access-Control"));
        }
        QVERIFY(!engine_->running());
        QVERIFY(states_.isEmpty());
    }

    void others_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("crossOrigin");
        const auto row = [](const char* method, const char* target, int status, bool crossOrigin) {
            QTest::addRow("%s %s", method, target) << QByteArray(method) << QByteArray(target) << status << crossOrigin;
        };
        row("GET", "/eID-Client?Status", 200, true);
        row("GET", "/eID-Client?Status=json", 200, true);
        row("HEAD", "/eID-Client?Status", 204, true);
        row("OPTIONS", "/eID-Client?Status", 204, true);
        row("OPTIONS", "/eID-Client?tcTokenURL=https%3A%2F%2F127.0.0.1%3A1%2F", 204, false);
        row("HEAD", "/eID-Client?tcTokenURL=https%3A%2F%2F127.0.0.1%3A1%2F", 204, false);
        row("POST", "/eID-Client?tcTokenURL=https%3A%2F%2F127.0.0.1%3A1%2F", 405, false);
        row("GET", "/eID-Client?ShowUI=PINManagement", 200, false);
        row("GET", "/eID-Client?ShowUI=whatever", 200, false);
        row("GET", "/favicon.ico", 200, false);
        row("GET", "/images/icon.svg", 200, false);
        row("GET", "/images/other.svg", 404, false);
        row("GET", "/eID-Kernel", 404, false);
    }
    void others() // none of them starts a login
    {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, target);
        const auto reply = replyTo(request(target, "Origin: https://shop.example\r\n", method));
        QTEST(statusOf(reply), "status");
        QTEST(PlainClient::header(reply, "Access-Control-Allow-Origin") == "*", "crossOrigin");
        QTEST(reply.contains("Access-Control-Allow-Private-Network: true"), "crossOrigin");
        QVERIFY(!engine_->running());
    }

    void aTakenPort()
    {
        const auto another = ActivationServer::listen({.port = server_->port()}, *engine_, [](Event&) {});
        QVERIFY(!another);
        QCOMPARE(another.error().kind, ActivationServer::Fault::Kind::PortTaken);
    }
};

QTEST_GUILESS_MAIN(serve_test)
#include "serve_test.moc"
