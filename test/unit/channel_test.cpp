// The Channel against the lab's TLS server on loopback: the outcome of every fault, what it learns from certificates, what it
// offers, PSK, resumption, and dropping it at any moment.
#include <QRandomGenerator>
#include <QtTest>

#include "network/channel.h"
#include "network/qt_scheduler.h"
#include "support/client_hello.h"
#include "support/tls_server.h"

using namespace eidkern;
using lab::CertificateSpec, lab::TlsConnection, lab::TlsContext, lab::TlsFault, lab::TlsProfile;
using network::Channel;
using test::TlsServer;
using O = WebOutcome;

static const TlsJudge anyone = [](const TlsFacts&) { return true; };
static const QByteArray reset = "RST", silence = "SILENCE";

static const lab::TlsKey& rsa3072()
{
    static const auto key = lab::rsaKey(3072);
    return key;
}

static TlsProfile good()
{
    static const auto certificate = lab::certificate({}, rsa3072());
    return {.key = rsa3072(), .certificate = certificate};
}

static TlsProfile with(auto change)
{
    auto profile = good();
    change(profile);
    return profile;
}

static TlsProfile certified(const CertificateSpec& spec, const lab::TlsKey& key = rsa3072())
{
    auto profile = good();
    profile.key = key;
    profile.certificate = lab::certificate(spec, key);
    return profile;
}

static TlsProfile withPsk()
{
    return with([](TlsProfile& p) {
        p.psk = [](std::string_view identity) { return identity == "S1" || identity == std::string(255, 'i') ? std::optional(Secret("one")) : std::nullopt; };
    });
}

static std::shared_ptr<TlsContext> context(TlsProfile profile) { return std::make_shared<TlsContext>(std::move(profile)); }

static Url urlOf(quint16 port, std::string host = "127.0.0.1") { return {"https", std::move(host), port, "/", "https://"}; }
static std::optional<Psk> psk(std::string identity, std::string_view key) { return Psk{std::move(identity), Secret(key)}; }

static WebRequest post()
{
    WebRequest request;
    request.method = "POST";
    request.path = "/paos?x";
    request.headers = {{"X-Test", "yes"}};
    request.body = "<x/>";
    return request;
}

struct Fault // what the server does, and how open() and exchange() end; no outcome: they wait on
{
    const char* name;
    TlsProfile profile;
    QByteArray answer;
    bool closes;
    std::optional<O> opened, replied;
    int requests;
    std::optional<Psk> psk = {};
    std::optional<int> alert = {};
    std::string host = "127.0.0.1";
    quint16 port = 0; // 0: the server's
};

static std::vector<Fault> faults()
{
    const QByteArray head = "HTTP/1.1 200 OK\r\n", ok = TlsServer::ok("hi"), chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    const auto fails = [](TlsFault fault) { return with([fault](TlsProfile& p) { p.fault = fault; }); };
    const auto finOnly = with([](TlsProfile& p) { p.closeNotify = false; });
    const auto dhe = [](int bits) {
        return with([bits](TlsProfile& p) {
            p.ciphers = "DHE-RSA-AES256-GCM-SHA384";
            p.dhBits = bits;
        });
    };
    std::vector<Fault> all;
    const auto add = [&](Fault fault) { all.push_back(std::move(fault)); };
    add({"200", good(), ok, false, O::Ok, O::Ok, 1});
    add({"404 is a reply", good(), "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", false, O::Ok, O::Ok, 1});
    add({"407 is a reply", good(), "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", false, O::Ok, O::Ok, 1});
    add({"refused", good(), {}, true, O::Refused, {}, 0, {}, {}, "127.0.0.1", 1});
    add({"unknown host", good(), {}, true, O::HostNotFound, {}, 0, {}, {}, "no-such-host.invalid"});
    add({"stall in the handshake", fails(TlsFault::StallInHandshake), {}, true, {}, {}, 0});
    add({"RST in the handshake", fails(TlsFault::ResetInHandshake), {}, true, O::ClosedInHandshake, {}, 0});
    add({"FIN in the handshake", fails(TlsFault::CloseInHandshake), {}, true, O::ClosedInHandshake, {}, 0});
    add({"alert", fails(TlsFault::AlertInHandshake), {}, true, O::HandshakeFailed, {}, 0, {}, 40});
    add({"TLS 1.1 only", with([](TlsProfile& p) { p.minVersion = p.maxVersion = TLS1_1_VERSION; }), {}, true, O::HandshakeFailed, {}, 0});
    add({"TLS 1.3 only", with([](TlsProfile& p) { p.minVersion = p.maxVersion = TLS1_3_VERSION; }), {}, true, O::HandshakeFailed, {}, 0});
    add({"suite not offered", with([](TlsProfile& p) { p.ciphers = "AES256-SHA"; }), {}, true, O::HandshakeFailed, {}, 0, {}, 40});
    add({"group not offered", with([](TlsProfile& p) { p.ciphers = "ECDHE-RSA-AES256-GCM-SHA384"; p.groups = "secp192r1:secp521r1"; }), {}, true, O::HandshakeFailed, {}, 0, {}, 40});
    add({"DHE 1024", dhe(1024), {}, true, O::HandshakeFailed, {}, 0});
    add({"DHE 2048 is for the judge", dhe(2048), ok, false, O::Ok, O::Ok, 1});
    add({"close after the handshake", fails(TlsFault::CloseAfterHandshake), {}, true, O::Ok, O::NotOpen, 0});
    add({"RST after the handshake", fails(TlsFault::ResetAfterHandshake), {}, true, O::ClosedInHandshake, {}, 0});
    add({"silent", good(), silence, false, O::Ok, {}, 1});
    add({"request read, closed", good(), {}, true, O::Ok, O::ClosedBeforeReply, 1});
    add({"request read, RST", good(), reset, true, O::Ok, O::ClosedBeforeReply, 1});
    add({"request read, FIN", finOnly, {}, true, O::Ok, O::ClosedBeforeReply, 1});
    add({"head cut", good(), "HTTP/1.1 200 O", true, O::Ok, O::ClosedBeforeReply, 1});
    add({"body cut", good(), head + "Content-Length: 9\r\n\r\nhalf", true, O::Ok, O::Truncated, 1});
    add({"chunk cut", good(), chunked + "9\r\nhalf", true, O::Ok, O::Truncated, 1});
    add({"chunked", good(), chunked + "2\r\nhi\r\n0\r\n\r\n", false, O::Ok, O::Ok, 1});
    add({"until close", good(), head + "\r\nhi", true, O::Ok, O::Ok, 1});
    add({"until FIN", finOnly, head + "\r\nhi", true, O::Ok, O::Ok, 1});
    add({"garbage", good(), "hello there\r\n\r\n", true, O::Ok, O::BadReply, 1});
    add({"two lengths", good(), head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi", true, O::Ok, O::BadReply, 1});
    add({"two replies", good(), ok + ok, false, O::Ok, O::BadReply, 1});
    add({"body too large", good(), TlsServer::ok(QByteArray(70000, 'x')), true, O::Ok, O::TooLarge, 1});
    add({"endless head", good(), head + "X: " + QByteArray(200000, 'a'), false, O::Ok, O::TooLarge, 1});
    add({"RSA-PSK", withPsk(), ok, false, O::Ok, O::Ok, 1, psk("S1", "one")});
    add({"RSA-PSK, longest identity", withPsk(), ok, false, O::Ok, O::Ok, 1, psk(std::string(255, 'i'), "one")});
    add({"RSA-PSK, wrong key", withPsk(), {}, true, O::HandshakeFailed, {}, 0, psk("S1", "two"), 20});
    add({"RSA-PSK, unknown identity", withPsk(), {}, true, O::HandshakeFailed, {}, 0, psk("S2", "one"), 115});
    add({"RSA-PSK, server without", good(), {}, true, O::HandshakeFailed, {}, 0, psk("S1", "one"), 40});
    return all;
}

class ChannelTest : public QObject
{
    Q_OBJECT
private slots:
    void faultOutcomes_data();
    void faultOutcomes();
    void replyAndRequest();
    void largestReply();
    void judgeComesFirst();
    void certificates_data();
    void certificates();
    void ephemeralKeys();
    void namesAreLookedUp();
    void offer();
    void offerWithPsk();
    void impossiblePsk();
    void attachedMode_data();
    void attachedMode();
    void pskResumed();
    void unasked();
    void onlyHttps();
    void drops();

private:
    TlsFacts factsOf(TlsProfile profile, const std::string& host = "127.0.0.1");
    QtScheduler scheduler_;
};

void ChannelTest::faultOutcomes_data()
{
    QTest::addColumn<int>("index");
    const auto all = faults();
    for (int i = 0; i < int(all.size()); ++i) QTest::newRow(all[std::size_t(i)].name) << i;
}

void ChannelTest::faultOutcomes()
{
    QFETCH(int, index);
    auto fault = std::move(faults()[std::size_t(index)]);
    TlsServer server(context(fault.profile));
    server.answer = [&](TlsConnection& c, const QByteArray&) {
        if (fault.answer == reset) return c.reset();
        if (fault.answer == silence) return;
        c.write(fault.answer);
        if (fault.closes) c.close();
    };
    Channel channel(scheduler_);
    auto opening = channel.open(urlOf(fault.port ? fault.port : server.port(), fault.host), std::move(fault.psk), anyone);
    if (!fault.opened)
    {
        QTRY_VERIFY(!server.connections.isEmpty() && !server.connections[0]->clientHello().isEmpty());
        QVERIFY(!opening.ready());
        return;
    }
    QTRY_VERIFY(opening.ready());
    QCOMPARE(name(opening.peek().outcome), name(*fault.opened));
    if (fault.alert) QCOMPARE(opening.peek().alert, fault.alert);
    if (fault.replied != O::NotOpen) QCOMPARE(channel.isOpen(), fault.opened == O::Ok);
    if (fault.opened == O::Ok)
    {
        if (fault.replied == O::NotOpen) QTRY_VERIFY(!channel.isOpen());
        auto replying = channel.exchange(post());
        if (fault.replied) QTRY_VERIFY(replying.ready());
        else QTRY_COMPARE(server.requests, 1);
        QCOMPARE(replying.ready(), fault.replied.has_value());
        if (fault.replied) QCOMPARE(name(replying.peek().outcome), name(*fault.replied));
        if (fault.replied && fault.replied != O::Ok) QVERIFY(replying.peek().body.empty() && !channel.isOpen());
    }
    QCOMPARE(server.requests, fault.requests);
    QVERIFY(server.connections.size() <= 1);
}

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
    QVERIFY(!channel.isOpen() && channel.session().isEmpty());
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
    check(with([](TlsProfile& p) { p.groups = "brainpoolP512r1"; p.ciphers = "ECDHE-RSA-AES128-GCM-SHA256"; }), KeyKind::Rsa, 3072, KeyKind::Ec, 512, "ECDHE-RSA-AES128-GCM-SHA256");
    check(with([](TlsProfile& p) { p.ciphers = "DHE-RSA-AES128-GCM-SHA256"; p.dhBits = 2048; }), KeyKind::Rsa, 3072, KeyKind::Dh, 2048, "DHE-RSA-AES128-GCM-SHA256");
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
    QVERIFY(test::parseClientHello(server.connections[0]->clientHello()).extensions.contains(0)); // server_name
}

void ChannelTest::offer()
{
    TlsServer server(context(good()));
    Channel channel(scheduler_);
    const auto opening = channel.open(urlOf(server.port()), {}, anyone);
    QTRY_VERIFY(opening.ready());
    const auto hello = test::parseClientHello(server.connections[0]->clientHello());
    QCOMPARE(hello.version, quint16(0x0303));
    QCOMPARE(hello.suites, (QList<quint16>{0xc02c, 0xc030, 0x009f, 0xc02b, 0xc02f, 0x009e, 0x00ff})); // the last: renegotiation SCSV
    QCOMPARE(hello.groups, (QList<quint16>{28, 27, 26, 24, 23}));
    QCOMPARE(hello.signatures, (QList<quint16>{0x0601, 0x0501, 0x0401, 0x0602, 0x0502, 0x0402, 0x0603, 0x0503, 0x0403}));
    QCOMPARE(hello.extensions, (QList<quint16>{11, 10, 35, 22, 23, 13}));
}

void ChannelTest::offerWithPsk()
{
    TlsServer server(context(withPsk()));
    Channel channel(scheduler_);
    const auto opening = channel.open(urlOf(server.port()), psk("S1", "one"), anyone);
    QTRY_VERIFY(opening.ready());
    const auto hello = test::parseClientHello(server.connections[0]->clientHello());
    QCOMPARE(hello.suites, (QList<quint16>{0x00ad, 0x00ac, 0x0095, 0x00ff}));
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
    QVERIFY(!session.isEmpty());
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
