// The one port, with a service that answers with what it hears: who gets in, who does not, who is told what.
#include <QNetworkInterface>
#include <QtTest>
#include <sys/fsuid.h>
#include <unistd.h>

#include "sdk/server.h"
#include "support/plain_client.h"
#include "support/web_socket_client.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

struct State // of the services, for the tests to look at
{
    bool busy = false, localBusy = false;
    int open = 0;
    QByteArrayList activated, gone; // "service" or "local"
    sdk::Service::Send send;
    sdk::Activator::AnswerBrowser answer;
    std::function<void()> left;
};

class EchoConversation final : public sdk::Conversation
{
public:
    EchoConversation(State& state, sdk::Service::Send send) : state_(state), send_(std::move(send)) { ++state_.open; }
    ~EchoConversation() override { --state_.open; }
    void receive(std::string_view text) override { send_(text); }

private:
    State& state_;
    const sdk::Service::Send send_;
};

class EchoService final : public sdk::Service
{
public:
    explicit EchoService(State& state) : state_(state) {}
    bool busy() const override { return state_.busy; }
    std::unique_ptr<sdk::Conversation> open(Send send) override
    {
        state_.send = send;
        return std::make_unique<EchoConversation>(state_, std::move(send));
    }
    bool activate(std::optional<std::string> url, AnswerBrowser answer) override
    {
        if (state_.busy) return false;
        state_.activated << "service " + QByteArray::fromStdString(url.value_or("none"));
        state_.answer = std::move(answer);
        return true;
    }
    void browserGone() override { state_.gone << "service"; }
    std::size_t mostClients() const override { return 1; }
    void whenNobodyLeaves(std::function<void()> call) override { state_.left = std::move(call); }

private:
    State& state_;
};

class Local final : public sdk::Activator
{
public:
    explicit Local(State& state) : state_(state) {}
    bool busy() const override { return state_.localBusy; }
    bool activate(std::optional<std::string> url, AnswerBrowser answer) override
    {
        if (std::exchange(state_.localBusy, true)) return false;
        state_.activated << "local " + QByteArray::fromStdString(url.value_or("none"));
        state_.answer = std::move(answer);
        return true;
    }
    void browserGone() override { state_.gone << "local"; }

private:
    State& state_;
};

} // namespace

class KernelTest : public QObject
{
    Q_OBJECT

    State state_;
    std::unique_ptr<ActivationServer> server_;

    void start(ServerSettings settings = {}, bool withLocal = false, bool withService = true)
    {
        settings.port = 0;
        server_.reset();
        server_ = std::move(sdk::listen(std::move(settings), withLocal ? std::make_unique<Local>(state_) : nullptr,
                                        withService ? std::make_unique<EchoService>(state_) : nullptr)
                                .value());
    }
    quint16 port() const { return server_->port(); }
    QByteArray get(const QByteArray& target, const QByteArray& more = {}) const
    {
        return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(port()) + "\r\n" + more + "\r\n";
    }
    int status(const QByteArray& request) const
    {
        PlainClient client(port());
        client.send(request);
        return client.status();
    }
    QByteArray login() const { return get("/eID-Client?tcTokenURL=https%3A%2F%2Fx.example%2F"); }

private slots:
    void init()
    {
        state_ = {};
        start();
    }
    void cleanup() { server_.reset(); }

    void aClientTalks()
    {
        WebSocketClient client(port());
        QCOMPARE(client.status(), 101);
        QCOMPARE(PlainClient::header(client.head(), "Server"), QByteArray::fromStdString(ownIdentity().upgradeServer));
        state_.send("unasked");
        QCOMPARE(client.text(), "unasked");
        client.send("{}");
        QCOMPARE(client.text(), "{}");
        QCOMPARE(state_.open, 1);
        client.leave();
        QTRY_COMPARE(state_.open, 0);
    }

    void oneClientAtATime()
    {
        auto first = std::make_unique<WebSocketClient>(port());
        {
            WebSocketClient second(port());
            QCOMPARE(second.status(), 429);
            QCOMPARE(PlainClient::header(second.head(), "Content-Length"), "0");
        }
        first->sendBytes(WebSocketClient::frame(0x88, ""));
        QCOMPARE(first->closeCode(), 0);
        QCOMPARE(WebSocketClient(port()).status(), 101); // at once after closing
    }

    void whoHasJustVanishedMakesRoom() // also when the next one is heard first: it was connected first
    {
        QTcpSocket next;
        next.connectToHost(QHostAddress(QHostAddress::LocalHost), port());
        QVERIFY(next.waitForConnected());
        auto first = std::make_unique<WebSocketClient>(port());
        QCOMPARE(first->status(), 101);
        first.reset(); // without a goodbye
        next.write(get("/eID-Kernel", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
        QVERIFY(next.flush());
        QTRY_VERIFY(next.bytesAvailable() > 0);
        QVERIFY(next.readAll().startsWith("HTTP/1.1 101 "));
        QTRY_COMPARE(state_.open, 1);
    }

    void whileItIsBusy()
    {
        state_.busy = true;
        QCOMPARE(WebSocketClient(port()).status(), 409);
        state_.busy = false;
        QCOMPARE(WebSocketClient(port()).status(), 101);
    }

    void whileALocalLoginRuns()
    {
        start({}, true);
        state_.localBusy = true;
        QCOMPARE(WebSocketClient(port()).status(), 409);
    }

    void refusals_data()
    {
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<int>("status");
        const auto row = [](const char* name, const QByteArray& headers, const QByteArray& path, const QByteArray& host, int status) {
            QTest::newRow(name) << headers << path << host << status;
        };
        row("rebinding comes first", "Origin: https://evil.example\r\n", "/other", "evil.example:24727", 400);
        row("a web page", "Origin: https://evil.example\r\n", "/eID-Kernel", "", 403);
        row("a file or a sandbox", "Origin: null\r\n", "/eID-Kernel", "", 403);
        row("another path", "", "/other", "", 404);
        row("two keys", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "/eID-Kernel", "", 400);
        row("two hosts", "Host: 127.0.0.1\r\n", "/eID-Kernel", "", 400);
    }
    void refusals()
    {
        QFETCH(QByteArray, headers);
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, host);
        WebSocketClient client(port(), headers, path, host);
        QTEST(client.status(), "status");
        QCOMPARE(PlainClient::header(client.head(), "Server"), QByteArray::fromStdString(ownIdentity().server));
        QVERIFY(!client.head().contains("Access-Control"));
        QCOMPARE(state_.open, 0);
    }

    void anAllowedWebPage()
    {
        ServerSettings settings;
        settings.origins = "https://shop\\.example";
        start(std::move(settings));
        QCOMPARE(WebSocketClient(port(), "Origin: https://shop.example\r\n").status(), 101);
        QCOMPARE(WebSocketClient(port(), "Origin: null\r\n").status(), 403);
    }

    void withoutAService()
    {
        start({}, true, false);
        QCOMPARE(WebSocketClient(port()).status(), 503);
    }

    void whoTakesABrowsersLogin()
    {
        start({}, true);
        const WorkflowFinished end{std::nullopt, 303, "https://shop.example/", {}};
        {
            WebSocketClient client(port());
            PlainClient browser(port());
            browser.send(login());
            QTRY_COMPARE(state_.activated, QByteArrayList{"service https://x.example/"});
            state_.answer(end);
            QCOMPARE(PlainClient::header(browser.reply(), "Location"), "https://shop.example/");
        }
        QTRY_COMPARE(state_.open, 0);
        PlainClient browser(port());
        browser.send(login());
        QTRY_COMPARE(state_.activated.last(), "local https://x.example/");
        QCOMPARE(status(login()), 409);
        browser.leave();
        QTRY_COMPARE(state_.gone, QByteArrayList{"local"});
        state_.answer(end); // nobody is there
    }

    void aLoginThatNobodyCanTake()
    {
        QCOMPARE(status(login()), 503);
        const WebSocketClient client(port());
        state_.busy = true;
        QCOMPARE(status(login()), 409);
        QVERIFY(state_.activated.isEmpty());
    }

    void whileTheProgramEnds()
    {
        WebSocketClient client(port());
        bool left = false;
        server_->leave([&] { left = true; });
        QCOMPARE(state_.open, 0);
        QCOMPARE(client.closeCode(), 1001);
        QCOMPARE(status(login()), 503);
        QCOMPARE(WebSocketClient(port()).status(), 503);
        QVERIFY(!left);
        state_.left();
        QVERIFY(left);
    }

    void aClientWhoDoesNotReadWhileTheProgramEnds() // dropped, and its end is not seen yet
    {
        const WebSocketClient client(port());
        const std::string news(5 * 1024 * 1024, 'x');
        state_.send(news);
        server_->leave([] {});
        QCOMPARE(state_.open, 0);
        QTRY_VERIFY(client.isOver());
    }

    void itsEndIsTold()
    {
        WebSocketClient client(port());
        server_.reset();
        QCOMPARE(client.closeCode(), 1001);
        QCOMPARE(state_.open, 0);
    }

    void otherUsersAreNotAnswered_data()
    {
        QTest::addColumn<bool>("anyUser");
        QTest::newRow("usually") << false;
        QTest::newRow("unless they may") << true;
    }
    void otherUsersAreNotAnswered()
    {
        QFETCH(bool, anyUser);
        if (::geteuid() != 0) QSKIP("only root can be somebody else");
        ServerSettings settings;
        settings.anyUser = anyUser;
        start(std::move(settings));
        ::setfsuid(65534); // sockets belong to whom this says
        PlainClient other(port());
        const bool connected = other.isConnected();
        WebSocketClient otherSocket(port());
        ::setfsuid(0);
        QVERIFY(connected);
        other.send(get("/eID-Client?Status"));
        QCOMPARE(other.status(), anyUser ? 200 : 403);
        QCOMPARE(otherSocket.status(), anyUser ? 101 : 403);
        QCOMPARE(status(get("/eID-Client?Status")), 200);
    }

    void otherLoopbackAddresses()
    {
        ServerSettings settings;
        settings.addresses = {"127.0.0.2", "127.0.0.1"};
        start(std::move(settings));
        QCOMPARE(status(get("/eID-Client?Status")), 200);
        QTcpSocket socket;
        socket.connectToHost(QHostAddress("127.0.0.2"), port());
        QVERIFY(socket.waitForConnected());
        socket.write("GET /eID-Client?Status HTTP/1.1\r\nHost: 127.0.0.2:" + QByteArray::number(port()) + "\r\n\r\n");
        QTRY_COMPARE(socket.state(), QAbstractSocket::UnconnectedState);
        QVERIFY(socket.readAll().startsWith("HTTP/1.1 200 "));
    }

    void settingsThatAreRefused()
    {
        const auto kind = [](ServerSettings settings) {
            settings.port = 0;
            const auto listening = sdk::listen(std::move(settings), nullptr, nullptr);
            return listening ? std::nullopt : std::optional(listening.error().kind);
        };
        QCOMPARE(kind({.origins = "("}), ActivationServer::Fault::Kind::Settings);
        QCOMPARE(kind({.addresses = {"127.0.0.1", "0.0.0.0"}}), ActivationServer::Fault::Kind::Settings);
        QCOMPARE(kind({.addresses = {"localhost"}}), ActivationServer::Fault::Kind::Settings);
        QCOMPARE(kind({.addresses = {"192.0.2.1"}, .token = Secret("t")}), ActivationServer::Fault::Kind::System); // not this machine's
        QCOMPARE(kind({.addresses = {"0.0.0.0"}, .token = Secret("t")}), std::nullopt);
    }

    void theToken_data()
    {
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<int>("status");
        QTest::newRow("none") << QByteArray() << 401;
        QTest::newRow("wrong") << QByteArray("Authorization: Bearer sesam oeffne dich\r\n") << 401;
        QTest::newRow("a part") << QByteArray("Authorization: Bearer sesam\r\n") << 401;
        QTest::newRow("twice") << QByteArray("Authorization: Bearer sesam-oeffne-dich\r\nAuthorization: Bearer sesam-oeffne-dich\r\n") << 401;
        QTest::newRow("another scheme") << QByteArray("Authorization: Basic sesam-oeffne-dich\r\n") << 401;
        QTest::newRow("right") << QByteArray("Authorization: Bearer sesam-oeffne-dich\r\n") << 101;
    }
    void theToken()
    {
        QFETCH(QByteArray, headers);
        start({.token = Secret("sesam-oeffne-dich")});
        QTEST(WebSocketClient(port(), headers).status(), "status");
        QCOMPARE(status(get("/eID-Client?Status")), 200); // over loopback browsers need none
    }

    void whatDoesNotComeOverLoopbackNeedsTheToken()
    {
        const auto addresses = QNetworkInterface::allAddresses();
        const auto outer = std::ranges::find_if(
            addresses, [](const QHostAddress& each) { return !each.isLoopback() && each.protocol() == QAbstractSocket::IPv4Protocol; });
        if (outer == addresses.end()) QSKIP("this machine has no other address");
        start({.addresses = {outer->toString().toStdString()}, .token = Secret("sesam-oeffne-dich")});
        const auto reply = [&](const QByteArray& headers) {
            QTcpSocket socket;
            socket.connectToHost(*outer, port());
            if (!socket.waitForConnected()) return 0;
            socket.write("GET /eID-Client?Status HTTP/1.1\r\nHost: any.example\r\n" + headers + "\r\n");
            if (!QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::UnconnectedState; })) return 0;
            return socket.readAll().mid(9, 3).toInt();
        };
        QCOMPARE(reply(""), 401);
        QCOMPARE(reply("Host: again\r\n"), 400);
        QCOMPARE(reply("Authorization: Bearer sesam-oeffne-dich\r\n"), 200);
    }

    void asTheAusweisApp()
    {
        start({.identity = ausweisAppIdentity()});
        WebSocketClient client(port());
        const auto server = PlainClient::header(client.head(), "Server");
        QVERIFY2(server.startsWith("AusweisApp/2.") && server.contains("AusweisApp2/2.") && !server.toLower().contains("error"), server);
        PlainClient browser(port());
        browser.send(get("/eID-Client?Status"));
        const auto reply = browser.reply();
        QVERIFY(PlainClient::header(reply, "Server").startsWith("AusweisApp2/2.") && reply.contains("\nImplementation-Title: AusweisApp2\n"));
    }
};

QTEST_GUILESS_MAIN(KernelTest)
#include "kernel_test.moc"
