// The Channel against the lab's TLS server on loopback: what it learns from certificates, what it offers, PSK, resumption, and
// dropping it at any moment. Faults are in channel_faults_test.
#include <QRandomGenerator>
#include <QtTest>

#include "network/qt_scheduler.h"
#include "support/channel_support.h"
#include "support/client_hello.h"

using namespace eidkern;
using namespace eidkern::test;
using lab::TlsConnection;
using network::Channel, network::QtScheduler;
using O = WebOutcome;

class ChannelTest : public QObject
{
    Q_OBJECT
private slots:
    void replyAndRequest();
    void largestReply();
    void judgeComesFirst();
    void certificates_data();
    void certificates();
    void ephemeralKeys();
    void namesAreLookedUp();
    void offer_data() { profiles(); }
    void offer();
    void offerWithPsk_data() { profiles(); }
    void offerWithPsk();
    void unknownProfile();
    void impossiblePsk();
    void attachedMode_data();
    void attachedMode();
    void pskResumed();
    void unasked();
    void renegotiation();
    void onlyHttps();
    void drops();

private:
    static void profiles();
    TlsFacts factsOf(TlsProfile profile, const std::string& host = "127.0.0.1");
    QtScheduler scheduler_;
};

void ChannelTest::replyAndRequest()
{
    TlsServer server(context(good()));
    QByteArray request;
    server.answer = [&](TlsConnection& c, const QByteArray& r) {
        request = r;
        c.write("HTTP/1.1 303 See Other\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 2\r\n\r\nhi");
    };
    Channel channel(scheduler_);
    const auto opening = channel.open(urlOf(server.port()), {}, anyone);
    QTRY_VERIFY(opening.ready());
    for (int i = 0; i < 3; ++i)
    {
        const auto replying = channel.exchange(post());
        QTRY_VERIFY(replying.ready());
        QCOMPARE(replying.peek().status, 303);
        QCOMPARE(replying.peek().location, std::string("/a"));
        QCOMPARE(replying.peek().body.text(), std::string_view("hi"));
    }
    const auto host = "127.0.0.1:" + QByteArray::number(server.port());
    QCOMPARE(request, "POST /paos?x HTTP/1.1\r\nHost: " + host + "\r\nX-Test: yes\r\nContent-Length: 4\r\n\r\n<x/>");
    const auto replying = channel.exchange({});
    QTRY_VERIFY(replying.ready());
    QCOMPARE(request, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    QCOMPARE(server.handshakes, 1);
}

void ChannelTest::largestReply()
{
    TlsServer server(context(good()));
    server.answer = [](TlsConnection& c, const QByteArray&) { c.write(TlsServer::ok(QByteArray(1'000'000, 'x'))); };
    for (const std::size_t most : {1'000'000u, 999'999u})
    {
        Channel channel(scheduler_);
        const auto opening = channel.open(urlOf(server.port()), {}, anyone);
        QTRY_VERIFY(opening.ready());
        auto request = post();
        request.largestReply = most;
        const auto replying = channel.exchange(std::move(request));
        QTRY_VERIFY(replying.ready());
        QCOMPARE(name(replying.peek().outcome), name(most == 1'000'000 ? O::Ok : O::TooLarge));
        if (most == 1'000'000) QCOMPARE(replying.peek().body.size(), most);
    }
}

void ChannelTest::judgeComesFirst()
{
    TlsServer server(context(good()));
    int asked = 0;
    Channel channel(scheduler_);
    const auto opening = channel.open(urlOf(server.port()), {}, [&](const TlsFacts& facts) {
        ++asked;
        return facts.certificate.empty(); // never
    });
    QTRY_VERIFY(opening.ready());
    QCOMPARE(name(opening.peek().outcome), name(O::Rejected));
    QVERIFY(opening.peek().tls.certificate == lab::der(good().certificate));
    QVERIFY(!channel.isOpen() && !channel.session());
    QCOMPARE(asked, 1);
    QTRY_VERIFY(server.connections[0]->isOver());
    QCOMPARE(server.requests, 0);
}

TlsFacts ChannelTest::factsOf(TlsProfile profile, const std::string& host)
{
    TlsServer server(context(std::move(profile)));
    Channel channel(scheduler_);
    const auto opening = channel.open(urlOf(server.port(), host), {}, anyone);
    if (!QTest::qWaitFor([&] { return opening.ready(); }) || opening.peek().outcome != O::Ok) qFatal("no handshake: %s", opening.peek().detail.c_str());
    return opening.peek().tls;
}

void ChannelTest::certificates_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<bool>("matches");
    QTest::addColumn<QByteArrayList>("fatal");
    QTest::newRow("address") << 0 << QByteArray("127.0.0.1") << true << QByteArrayList();
    QTest::newRow("name") << 0 << QByteArray("localhost") << true << QByteArrayList();
    QTest::newRow("other name, CN as host") << 1 << QByteArray("localhost") << false << QByteArrayList();
    QTest::newRow("no SAN, CN as host") << 2 << QByteArray("localhost") << true << QByteArrayList();
    QTest::newRow("no SAN, other CN") << 3 << QByteArray("localhost") << false << QByteArrayList();
    QTest::newRow("other address, CN as host") << 4 << QByteArray("127.0.0.1") << false << QByteArrayList();
    QTest::newRow("wildcard above") << 5 << QByteArray("localhost") << false << QByteArrayList();
    QTest::newRow("expired") << 6 << QByteArray("localhost") << true << QByteArrayList{"CertificateExpired"};
    QTest::newRow("not yet valid") << 7 << QByteArray("localhost") << true << QByteArrayList{"CertificateNotYetValid"};
    QTest::newRow("unknown issuer") << 8 << QByteArray("localhost") << true << QByteArrayList();
    QTest::newRow("unknown issuer, expired") << 9 << QByteArray("localhost") << true << QByteArrayList{"CertificateExpired"};
    QTest::newRow("short key") << 10 << QByteArray("localhost") << true << QByteArrayList();
}

static TlsProfile certificateNumber(int index)
{
    using std::chrono::hours;
    static const auto caKey = lab::rsaKey(3072);
    static const auto ca = lab::certificate({.commonName = "Lab CA", .subjectAltName = ""}, caKey);
    CertificateSpec spec;
    if (index == 1) spec = {.commonName = "localhost", .subjectAltName = "DNS:other.example"};
    if (index == 2) spec = {.commonName = "localhost", .subjectAltName = ""};
    if (index == 3) spec = {.commonName = "other.example", .subjectAltName = ""};
    if (index == 4) spec = {.commonName = "127.0.0.1", .subjectAltName = "IP:10.0.0.1"};
    if (index == 5) spec = {.commonName = "x", .subjectAltName = "DNS:*.localhost"};
    if (index == 6 || index == 9) spec.notBefore = hours(-2), spec.notAfter = hours(-1);
    if (index == 7) spec.notBefore = hours(1);
    if (index == 10) return certified(spec, lab::rsaKey(1024));
    auto profile = certified(spec);
    if (index == 8 || index == 9) profile.certificate = lab::certificate(spec, rsa3072(), ca, caKey);
    return profile;
}

void ChannelTest::certificates()
{
    QFETCH(int, index);
    QFETCH(QByteArray, host);
    QFETCH(QByteArrayList, fatal);
    const auto facts = factsOf(certificateNumber(index), host.toStdString());
    QTEST(facts.hostMatches, "matches");
    QByteArrayList names;
    for (const auto& error : facts.fatalErrors) names << QByteArray::fromStdString(error);
    QCOMPARE(names, fatal);
    QCOMPARE(name(facts.certificateKey), name(KeyKind::Rsa));
    QCOMPARE(facts.certificateBits, index == 10 ? 1024 : 3072);
}

void ChannelTest::ephemeralKeys()
{
    const auto check = [&](TlsProfile profile, KeyKind certificate, int certificateBits, KeyKind ephemeral, int bits, const char* cipher) {
        const auto facts = factsOf(std::move(profile));
        QCOMPARE(name(facts.certificateKey), name(certificate));
        QCOMPARE(facts.certificateBits, certificateBits);
        QCOMPARE(name(facts.ephemeralKey), name(ephemeral));
        QCOMPARE(facts.ephemeralBits, bits);
        QCOMPARE(facts.cipher, std::string(cipher));
        QVERIFY(!facts.resumed && facts.hostMatches);
    };
    check(with([](TlsProfile& p) { p.groups = "prime256v1"; }), KeyKind::Rsa, 3072, KeyKind::Ec, 256, "ECDHE-RSA-AES256-GCM-SHA384");
    check(with([](TlsProfile& p) {
              p.groups = "brainpoolP512r1";
              p.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
          }),
          KeyKind::Rsa, 3072, KeyKind::Ec, 512, "ECDHE-RSA-AES128-GCM-SHA256");
    check(with([](TlsProfile& p) {
              p.ciphers = "DHE-RSA-AES128-GCM-SHA256";
              p.dhBits = 2048;
          }),
          KeyKind::Rsa, 3072, KeyKind::Dh, 2048, "DHE-RSA-AES128-GCM-SHA256");
    auto ec = certified({}, lab::ecKey("brainpoolP256r1"));
    ec.groups = "brainpoolP256r1";
    check(ec, KeyKind::Ec, 256, KeyKind::Ec, 256, "ECDHE-ECDSA-AES256-GCM-SHA384");
}

void ChannelTest::namesAreLookedUp() // localhost may be ::1 first, where nobody listens
{
    TlsServer server(context(good()));
    Channel channel(scheduler_);
    const auto opening = channel.open(urlOf(server.port(), "localhost"), {}, anyone);
    QTRY_VERIFY(opening.ready());
    QCOMPARE(name(opening.peek().outcome), name(O::Ok));
    QVERIFY(parseClientHello(server.connections[0]->clientHello()).extensions.contains(0)); // server_name
}

void ChannelTest::profiles() // ids of the IANA registries; the last suite: renegotiation SCSV
{
    using Ids = QList<quint16>;
    QTest::addColumn<Ids>("suites");
    QTest::addColumn<Ids>("groups");
    QTest::addColumn<Ids>("signatures");
    QTest::addColumn<Ids>("pskSuites");
    const Ids rsaDsaEcdsa{0x0601, 0x0501, 0x0401, 0x0602, 0x0502, 0x0402, 0x0603, 0x0503, 0x0403}, allPsk{0x00ad, 0x00b7, 0x00ac, 0x00b6, 0x0095, 0x00ff};
    QTest::newRow("default") << Ids{0xc02c, 0xc030, 0x009f, 0xc02b, 0xc02f, 0x009e, 0x00ff} << Ids{28, 27, 26, 24, 23} << rsaDsaEcdsa
                             << Ids{0x00ad, 0x00ac, 0x0095, 0x00ff};
    QTest::newRow("conformance") << Ids{0xc02c, 0xc030, 0x009f, 0xc02b, 0xc02f, 0x009e, 0xc024, 0xc028, 0x006b, 0xc023, 0xc027, 0x0067, 0x00ff}
                                 << Ids{28, 27, 26, 25, 24, 23, 21} << Ids{0x0601, 0x0501, 0x0401, 0x0603, 0x0503, 0x0403} << allPsk;
    QTest::newRow("ausweisapp-2.0") << Ids{0xc02c, 0xc030, 0x009f, 0xc024, 0xc028, 0x006b, 0xc02b, 0xc02f, 0x009e, 0xc023, 0xc027, 0x0067, 0x00ff}
                                    << Ids{28, 27, 26, 24, 23} << rsaDsaEcdsa << allPsk;
}

void ChannelTest::unknownProfile()
{
    QCOMPARE(network::clientProfileNames(), (std::vector<std::string>{"default", "conformance", "ausweisapp-2.0"}));
    QVERIFY(!network::clientProfile("Default"));
    QVERIFY(!network::clientProfile(""));
    for (const auto& each : network::clientProfileNames())
    {
        const auto smallest = network::clientProfile(each)->smallestKeys;
        const int finite = each == "default" ? 3000 : 2000, ec = each == "conformance" ? 224 : 250;
        QVERIFY(smallest.rsa == finite && smallest.dsa == finite && smallest.dh == finite && smallest.ec == ec);
    }
}

void ChannelTest::offer()
{
    QFETCH(QList<quint16>, suites);
    QFETCH(QList<quint16>, groups);
    QFETCH(QList<quint16>, signatures);
    TlsServer server(context(good()));
    Channel channel(scheduler_, network::clientProfile(QTest::currentDataTag()).value());
    const auto opening = channel.open(urlOf(server.port()), {}, anyone);
    QTRY_VERIFY(opening.ready());
    const auto hello = parseClientHello(server.connections[0]->clientHello());
    QCOMPARE(hello.version, quint16(0x0303));
    QCOMPARE(hello.suites, suites);
    QCOMPARE(hello.groups, groups);
    QCOMPARE(hello.signatures, signatures);
    auto extensions = QList<quint16>{11, 10, 35, 22, 23, 13};
    if (network::clientProfile(QTest::currentDataTag())->server->ocspStapling) extensions.insert(3, 5); // status_request
    QCOMPARE(hello.extensions, extensions);
}

void ChannelTest::offerWithPsk()
{
    QFETCH(QList<quint16>, pskSuites);
    TlsServer server(context(withPsk()));
    Channel channel(scheduler_, network::clientProfile(QTest::currentDataTag()).value());
    const auto opening = channel.open(urlOf(server.port()), psk("S1", "one"), anyone);
    QTRY_VERIFY(opening.ready());
    const auto hello = parseClientHello(server.connections[0]->clientHello());
    QCOMPARE(hello.suites, pskSuites);
    QCOMPARE(hello.signatures, (QList<quint16>{0x0601, 0x0501, 0x0401}));
    QCOMPARE(hello.extensions, (QList<quint16>{35, 22, 23, 13}));
    QCOMPARE(opening.peek().tls.cipher, std::string("RSA-PSK-AES256-GCM-SHA384"));
    QCOMPARE(name(opening.peek().tls.ephemeralKey), name(KeyKind::None));
    QCOMPARE(server.connections[0]->identity(), std::string("S1"));
}

void ChannelTest::impossiblePsk()
{
    TlsServer server(context(withPsk()));
    Channel channel(scheduler_);
    for (const auto& [identity, key] : {std::pair(std::string(256, 'i'), std::string("one")), {"S1", std::string(513, 'k')}, {"S1", ""}})
    {
        const auto opening = channel.open(urlOf(server.port()), psk(identity, key), anyone);
        QTRY_VERIFY(opening.ready());
        QCOMPARE(name(opening.peek().outcome), name(O::HandshakeFailed));
        QVERIFY(!opening.peek().detail.empty());
    }
    QVERIFY(server.connections.isEmpty());
}

void ChannelTest::attachedMode_data()
{
    QTest::addColumn<bool>("resumes");
    QTest::addColumn<bool>("tickets");
    QTest::newRow("ticket") << true << true;
    QTest::newRow("session id") << true << false;
    QTest::newRow("declined") << false << true;
}

void ChannelTest::attachedMode() // the server closes between two messages
{
    QFETCH(bool, resumes);
    QFETCH(bool, tickets);
    const auto profile = with([&](TlsProfile& p) { p.tickets = tickets; });
    const auto first = context(profile), second = resumes ? first : context(profile);
    TlsServer server(first);
    server.context = [&](int connection) { return connection == 0 ? first : second; };
    server.answer = [&](TlsConnection& c, const QByteArray&) {
        c.write(TlsServer::ok("token"));
        if (server.requests == 1) c.close();
    };
    Channel channel(scheduler_);
    const auto opening = channel.open(urlOf(server.port()), {}, anyone);
    QTRY_VERIFY(opening.ready());
    const auto session = channel.session();
    QVERIFY(session);
    const auto fetching = channel.exchange({});
    QTRY_VERIFY(fetching.ready());
    QTRY_VERIFY(!channel.isOpen());
    const auto refused = channel.exchange(post());
    QTRY_VERIFY(refused.ready());
    QCOMPARE(name(refused.peek().outcome), name(O::NotOpen));

    const auto reopening = channel.open(urlOf(server.port()), {}, [](const TlsFacts& facts) { return facts.resumed; }, session);
    QTRY_VERIFY(reopening.ready());
    QCOMPARE(name(reopening.peek().outcome), name(resumes ? O::Ok : O::Rejected));
    QCOMPARE(reopening.peek().tls.resumed, resumes);
    if (resumes)
    {
        QCOMPARE(name(reopening.peek().tls.ephemeralKey), name(KeyKind::None));
        const auto posting = channel.exchange(post());
        QTRY_VERIFY(posting.ready());
        QCOMPARE(name(posting.peek().outcome), name(O::Ok));
    }
    QCOMPARE(server.requests, resumes ? 2 : 1);
    QCOMPARE(server.resumptions, resumes ? 1 : 0);
}

void ChannelTest::pskResumed() // the server still knows who it is
{
    TlsServer server(context(withPsk()));
    Channel a(scheduler_), b(scheduler_);
    const auto first = a.open(urlOf(server.port()), psk("S1", "one"), anyone);
    QTRY_VERIFY(first.ready());
    const auto second = b.open(urlOf(server.port()), psk("S1", "one"), anyone, a.session());
    QTRY_VERIFY(second.ready());
    QVERIFY(second.peek().tls.resumed);
    QTRY_COMPARE(server.resumptions, 1);
    QCOMPARE(server.connections[1]->identity(), std::string("S1"));
}

void ChannelTest::unasked() // a server that speaks first is left
{
    TlsServer server(context(good()));
    Channel channel(scheduler_);
    const auto opening = channel.open(urlOf(server.port()), {}, anyone);
    QTRY_VERIFY(opening.ready() && server.handshakes == 1);
    server.connections[0]->write(TlsServer::ok("early"));
    QTRY_VERIFY(!channel.isOpen());
    const auto replying = channel.exchange(post());
    QTRY_VERIFY(replying.ready());
    QCOMPARE(name(replying.peek().outcome), name(O::NotOpen));
    QCOMPARE(server.requests, 0);
}

void ChannelTest::renegotiation() // could bring another certificate than the one that was judged
{
    TlsServer server(context(good()));
    int asked = 0;
    server.answer = [](TlsConnection& c, const QByteArray&) { c.renegotiate(); };
    Channel channel(scheduler_);
    const auto opening = channel.open(urlOf(server.port()), {}, [&](const TlsFacts&) { return ++asked == 1; });
    QTRY_VERIFY(opening.ready());
    const auto replying = channel.exchange({});
    QTRY_VERIFY(replying.ready());
    QCOMPARE(name(replying.peek().outcome), name(O::ClosedBeforeReply));
    QCOMPARE(server.handshakes, 1);
    QCOMPARE(asked, 1);
}

void ChannelTest::onlyHttps()
{
    TlsServer server(context(good()));
    Channel channel(scheduler_);
    auto url = urlOf(server.port());
    url.scheme = "http";
    const auto opening = channel.open(url, {}, anyone);
    QTRY_VERIFY(opening.ready());
    QCOMPARE(name(opening.peek().outcome), name(O::NotOpen));
    QVERIFY(server.connections.isEmpty());
}

static Task<WebOutcome> once(Channel& channel, Url url)
{
    auto opening = channel.open(url, {}, anyone);
    const auto opened = co_await std::move(opening);
    if (opened.outcome != O::Ok) co_return opened.outcome;
    auto replying = channel.exchange(post());
    const auto reply = co_await std::move(replying);
    co_return reply.outcome;
}

void ChannelTest::drops() // at 500 random moments, the channel or its user first
{
    TlsServer server(context(certified({}, lab::ecKey("prime256v1"))));
    server.answer = [](TlsConnection& c, const QByteArray&) {
        c.write("HTTP/1.1 200 OK\r\nContent-Length: 16000\r\n\r\n");
        for (int i = 0; i < 2; ++i) c.write(QByteArray(8000, 'x'));
    };
    QRandomGenerator random(20261120);
    int finished = 0, dropped = 0;
    for (int i = 0; i < 500; ++i)
    {
        auto channel = std::make_unique<Channel>(scheduler_);
        auto task = std::make_unique<Task<WebOutcome>>(once(*channel, urlOf(server.port())));
        task->start();
        QElapsedTimer life;
        life.start();
        const auto end = i % 10 == 0 ? 5'000'000'000 : qint64(random.bounded(6'000)) * 1000;
        while (!task->done() && life.nsecsElapsed() < end) QCoreApplication::processEvents(QEventLoop::AllEvents);
        if (task->done()) QCOMPARE(name(task->take()), name(O::Ok));
        ++(task->done() ? finished : dropped);
        if (i % 7 == 0) channel.reset();
        task.reset();
        if (i % 3) channel.reset();
        if (i % 5 == 0) QCoreApplication::processEvents();
    }
    QVERIFY2(finished >= 50 && dropped > 0, qPrintable(QString("%1 finished, %2 dropped").arg(finished).arg(dropped)));
    Channel channel(scheduler_);
    auto after = once(channel, urlOf(server.port()));
    after.start();
    QTRY_VERIFY(after.done());
    QCOMPARE(name(after.take()), name(O::Ok));
}

QTEST_GUILESS_MAIN(ChannelTest)
#include "channel_test.moc"
