// The HTTP parsers: what is a message, what is Bad or TooLarge, and that the result never depends on how the bytes were cut.
#include <QtTest>

#include "network/http_parser.h"

using namespace eidkern::network;
Q_DECLARE_METATYPE(eidkern::network::HttpState)

static constexpr HttpLimits limits{256, 64};
static constexpr auto reply = HttpParser::Kind::Reply;
static constexpr auto request = HttpParser::Kind::Request;

struct Outcome
{
    HttpState state;
    int status;
    std::string method, target, body, location, rest;
    bool keepsOpen;
    bool operator==(const Outcome&) const = default;
};

static Outcome outcomeOf(HttpParser::Kind kind, const std::string& bytes, std::size_t cut, std::size_t step, bool close)
{
    HttpParser parser(kind, limits);
    parser.feed(std::string_view(bytes).substr(0, cut));
    for (auto at = cut; at < bytes.size(); at += step) parser.feed(std::string_view(bytes).substr(at, step));
    if (close) parser.closed();
    const bool done = parser.state() == HttpState::Done;
    return {parser.state(),
            done ? parser.status() : 0,
            std::string(parser.method()),
            std::string(parser.target()),
            done ? parser.takeBody() : "",
            std::string(parser.header("LOCATION")),
            parser.rest(),
            parser.keepsOpen()};
}

class HttpParserTest : public QObject
{
    Q_OBJECT
private slots:
    void replies_data();
    void replies();
    void requests_data();
    void requests();
    void headers();
    void keepsOpen_data();
    void keepsOpen();
    void moves();
};

void HttpParserTest::replies_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("close");
    QTest::addColumn<HttpState>("state");
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char* name, const QByteArray& bytes, HttpState state, const QByteArray& body = {}, bool close = false) {
        QTest::newRow(name) << bytes << close << state << body;
    };
    using S = HttpState;
    const QByteArray ok = "HTTP/1.1 200 OK\r\n", chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
    row("length", ok + "Content-Length: 2\r\n\r\nhi", S::Done, "hi");
    row("length 0", ok + "Content-Length: 0\r\n\r\n", S::Done);
    row("no reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", S::Done);
    row("no reason, no blank", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", S::Done);
    row("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", S::Done, "hi");
    row("204", "HTTP/1.1 204 No\r\n\r\n", S::Done);
    row("304 with a length", "HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n", S::Done);
    row("interim, then the reply", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Wait\r\nX: y\r\n\r\n" + ok + "Content-Length: 2\r\n\r\nhi", S::Done, "hi");
    row("interim only", "HTTP/1.1 100 Continue\r\n\r\n", S::Head);
    row("until close", ok + "\r\nhi", S::Done, "hi", true);
    row("until close, not closed", ok + "\r\nhi", S::Body);
    row("chunked", chunked + "2\r\nhi\r\n3;x=y\r\n yo\r\n0\r\n\r\n", S::Done, "hi yo");
    row("chunked, trailer", chunked + "2\r\nhi\r\n0\r\nX: y\r\nLocation: /evil\r\n\r\n", S::Done, "hi");
    row("chunk sizes in hex", chunked + "A\r\n0123456789\r\n0a\r\nabcdefghij\r\n0\r\n\r\n", S::Done, "0123456789abcdefghij");
    row("body cut", ok + "Content-Length: 9\r\n\r\nhalf", S::Body, {}, true);
    row("chunk cut", chunked + "9\r\nhalf", S::Body, {}, true);
    row("last chunk missing", chunked + "2\r\nhi\r\n", S::Body, {}, true);
    row("head cut", "HTTP/1.1 200 O", S::Head, {}, true);
    row("nothing", "", S::Head, {}, true);
    row("white space around values", ok + "Content-Length:\t 2 \t\r\n\r\nhi", S::Done, "hi");

    row("no HTTP", "hello there\r\n\r\n", S::Bad);
    row("HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", S::Bad);
    row("status of two digits", "HTTP/1.1 20 OK\r\n\r\n", S::Bad);
    row("status 099", "HTTP/1.1 099 OK\r\n\r\n", S::Bad);
    row("101", "HTTP/1.1 101 Switching\r\n\r\n", S::Bad);
    row("two lengths", ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi", S::Bad);
    row("two equal lengths", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", S::Bad);
    row("list of lengths", ok + "Content-Length: 2, 2\r\n\r\nhi", S::Bad);
    row("length with a sign", ok + "Content-Length: +2\r\n\r\nhi", S::Bad);
    row("negative length", ok + "Content-Length: -1\r\n\r\nhi", S::Bad);
    row("empty length", ok + "Content-Length: \r\n\r\nhi", S::Bad);
    row("endless number", ok + "Content-Length: 99999999999999999999999\r\n\r\nhi", S::Bad);
    row("length, then chunked", ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi", S::Bad);
    row("chunked, then length", ok + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nhi", S::Bad);
    row("other coding", ok + "Transfer-Encoding: gzip\r\n\r\nhi", S::Bad, {}, true);
    row("two codings", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", S::Bad);
    row("coding twice", ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", S::Bad);
    row("folded line", ok + "X: a\r\n b\r\nContent-Length: 0\r\n\r\n", S::Bad);
    row("no colon", ok + "Content-Length 0\r\n\r\n", S::Bad);
    row("no name", ok + ": x\r\n\r\n", S::Bad);
    row("blank before colon", ok + "Content-Length : 0\r\n\r\n", S::Bad);
    row("bare line feed", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", S::Bad);
    row("bare carriage return", ok + "X: a\rContent-Length: 3\r\nContent-Length: 0\r\n\r\n", S::Bad);
    row("NUL in a value", ok + QByteArray("X: a\0b\r\n", 8) + "Content-Length: 0\r\n\r\n", S::Bad);
    row("two replies", ok + "Content-Length: 2\r\n\r\nhi" + ok, S::Bad);
    row("bytes behind the body", ok + "Content-Length: 2\r\n\r\nhi!", S::Bad);
    row("bytes behind a 204", "HTTP/1.1 204 No\r\n\r\nhi", S::Bad);
    row("chunk size no number", chunked + "x\r\nhi\r\n0\r\n\r\n", S::Bad);
    row("quoted chunk extension", chunked + "2;x=\"y\"\r\nhi\r\n0\r\n\r\n", S::Bad);
    row("quote that never ends", chunked + "2;x=\"y\r\nhi\r\n0\r\n\r\n", S::Bad);
    row("quote in the last chunk", chunked + "0;x=\"\r\n\r\n\"\r\n\r\n", S::Bad);
    row("chunk not ended", chunked + "2\r\nhiXX0\r\n\r\n", S::Bad);

    row("length above the limit", ok + "Content-Length: 65\r\n\r\n", S::TooLarge);
    row("length at the limit", ok + "Content-Length: 64\r\n\r\n" + QByteArray(64, 'x'), S::Done, QByteArray(64, 'x'));
    row("chunks above the limit", chunked + "40\r\n" + QByteArray(64, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n", S::TooLarge);
    row("until close, above the limit", ok + "\r\n" + QByteArray(65, 'x'), S::TooLarge);
    row("head above the limit", ok + "X: " + QByteArray(300, 'a') + "\r\n\r\n", S::TooLarge);
    row("endless head", QByteArray(1000, 'a'), S::TooLarge);
    row("endless interim replies", QByteArray("HTTP/1.1 100 Continue\r\n\r\n").repeated(20), S::TooLarge);
    row("endless chunk extension", chunked + "2;" + QByteArray(2000, 'a'), S::TooLarge);
    row("endless trailer", chunked + "0\r\n" + QByteArray("X: y\r\n").repeated(500), S::TooLarge);
}

void HttpParserTest::replies()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, close);
    const auto all = bytes.toStdString();
    const auto whole = outcomeOf(reply, all, all.size(), 1, close);
    QTEST(whole.state, "state");
    QTEST(QByteArray::fromStdString(whole.body), "body");
    if (whole.state == HttpState::Done) QVERIFY(whole.location.empty());
    for (std::size_t cut = 0; cut <= all.size(); ++cut)
        for (const auto step : {std::size_t(1), all.size() + 1})
        {
            if (step == 1 && cut > 0) continue;
            const auto cutOutcome = outcomeOf(reply, all, cut, step, close);
            QVERIFY2(cutOutcome.state == whole.state, qPrintable(QString("cut at %1").arg(cut)));
            QVERIFY2(whole.state != HttpState::Done || cutOutcome == whole, qPrintable(QString("cut at %1").arg(cut)));
        }
}

void HttpParserTest::requests_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<HttpState>("state");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("rest");
    const auto row = [](const char* name, const QByteArray& bytes, HttpState state, const QByteArray& body = {}, const QByteArray& rest = {}) {
        QTest::newRow(name) << bytes << state << body << rest;
    };
    using S = HttpState;
    row("GET", "GET /x?y HTTP/1.1\r\nHost: a\r\n\r\n", S::Done);
    row("POST", "POST /x?y HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n<x/>", S::Done, "<x/>");
    row("chunked", "POST /x?y HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<x/>\r\n0\r\n\r\n", S::Done, "<x/>");
    row("pipelined", "GET /x?y HTTP/1.1\r\n\r\nGET /z HTTP/1.1\r\n\r\n", S::Done, {}, "GET /z HTTP/1.1\r\n\r\n");
    row("unfinished", "GET /x?y HTTP/1.1\r\n", S::Head);
    row("no version", "GET /\r\n\r\n", S::Bad);
    row("blank in the target", "GET /a b HTTP/1.1\r\n\r\n", S::Bad);
    row("smuggled", "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", S::Bad);
    row("TLS hello", QByteArray("\x16\x03\x01\x02\x00\x01\r\n\r\n", 10), S::Bad);
    row("flood", "GET / HTTP/1.1\r\n\r\n" + QByteArray(1000, 'x'), S::TooLarge);
    row("body too large", "POST / HTTP/1.1\r\nContent-Length: 65\r\n\r\n", S::TooLarge);
}

void HttpParserTest::requests()
{
    QFETCH(QByteArray, bytes);
    const auto all = bytes.toStdString();
    const auto whole = outcomeOf(request, all, all.size(), 1, false);
    QTEST(whole.state, "state");
    QTEST(QByteArray::fromStdString(whole.body), "body");
    QTEST(QByteArray::fromStdString(whole.rest), "rest");
    if (whole.state == HttpState::Done) QCOMPARE(whole.target, std::string("/x?y"));
    for (std::size_t cut = 0; cut <= all.size(); ++cut)
    {
        const auto cutOutcome = outcomeOf(request, all, cut, all.size() + 1, false);
        QVERIFY(cutOutcome.state == whole.state && (whole.state != HttpState::Done || cutOutcome == whole));
    }
}

void HttpParserTest::headers()
{
    HttpParser parser(reply);
    parser.feed("HTTP/1.1 303 See Other\r\nlocation:  /first \r\nLocation: /second\r\nContent-Length: 0\r\n\r\n");
    QCOMPARE(parser.status(), 303);
    QCOMPARE(parser.header("LoCaTiOn"), std::string_view("/first"));
    QCOMPARE(parser.header("X-Missing"), std::string_view());
}

void HttpParserTest::keepsOpen_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("keeps");
    QTest::newRow("1.1") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") << true;
    QTest::newRow("1.1 close") << QByteArray("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n") << false;
    QTest::newRow("1.0") << QByteArray("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n") << false;
    QTest::newRow("1.0 keep-alive") << QByteArray("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n") << true;
    QTest::newRow("until close") << QByteArray("HTTP/1.1 200 OK\r\n\r\n") << false;
}

void HttpParserTest::keepsOpen()
{
    QFETCH(QByteArray, bytes);
    HttpParser parser(reply);
    parser.feed(bytes.toStdString());
    parser.closed();
    QCOMPARE(parser.state(), HttpState::Done);
    QTEST(parser.keepsOpen(), "keeps");
}

void HttpParserTest::moves()
{
    HttpParser first(reply);
    first.feed("HTTP/1.1 200 OK\r\nContent-Le");
    HttpParser second = std::move(first);
    QCOMPARE(second.feed("ngth: 2\r\n\r\nhi"), HttpState::Done);
    QCOMPARE(second.takeBody(), std::string("hi"));
}

QTEST_GUILESS_MAIN(HttpParserTest)
#include "http_parser_test.moc"
