// Every fault of a server that a test can make, and the outcome that the Channel gives it.
#include <QtTest>

#include "network/qt_scheduler.h"
#include "support/channel_support.h"

using namespace eidkern;
using namespace eidkern::test;
using lab::TlsConnection, lab::TlsFault;
using network::Channel, network::QtScheduler;
using O = WebOutcome;

static const QByteArray reset = "RST", silence = "SILENCE";

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
    add({"group not offered",
         with([](TlsProfile& p) {
             p.ciphers = "ECDHE-RSA-AES256-GCM-SHA384";
             p.groups = "secp192r1:secp521r1";
         }),
         {},
         true,
         O::HandshakeFailed,
         {},
         0,
         {},
         40});
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

class ChannelFaultsTest : public QObject
{
    Q_OBJECT
private slots:
    void faultOutcomes_data();
    void faultOutcomes();

private:
    QtScheduler scheduler_;
};

void ChannelFaultsTest::faultOutcomes_data()
{
    QTest::addColumn<int>("index");
    const auto all = faults();
    for (int i = 0; i < int(all.size()); ++i) QTest::newRow(all[std::size_t(i)].name) << i;
}

void ChannelFaultsTest::faultOutcomes()
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

QTEST_GUILESS_MAIN(ChannelFaultsTest)
#include "channel_faults_test.moc"
