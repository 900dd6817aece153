// URLs: what is taken, what is refused, what the parts are, and when two of them have the same origin.
#include <QtTest>

#include "network/url.h"

using namespace eidkern;
using network::parseUrl;

class UrlTest : public QObject
{
    Q_OBJECT
private slots:
    void parts_data();
    void parts();
    void refused_data();
    void refused();
    void relative_data();
    void relative();
    void origins();
    void textIsFitForAHeader();
};

void UrlTest::parts_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("scheme");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("plain") << QByteArray("https://shop.example/back?s=17") << QByteArray("https") << QByteArray("shop.example") << 443
                           << QByteArray("/back?s=17");
    QTest::newRow("no path") << QByteArray("https://shop.example") << QByteArray("https") << QByteArray("shop.example") << 443 << QByteArray("/");
    QTest::newRow("query only") << QByteArray("https://shop.example?a=b") << QByteArray("https") << QByteArray("shop.example") << 443 << QByteArray("/?a=b");
    QTest::newRow("empty query") << QByteArray("https://shop.example/x?") << QByteArray("https") << QByteArray("shop.example") << 443 << QByteArray("/x?");
    QTest::newRow("http") << QByteArray("http://shop.example/") << QByteArray("http") << QByteArray("shop.example") << 80 << QByteArray("/");
    QTest::newRow("capitals") << QByteArray("HTTPS://Shop.EXAMPLE:8443/Path") << QByteArray("https") << QByteArray("shop.example") << 8443
                              << QByteArray("/Path");
    QTest::newRow("default port said") << QByteArray("https://shop.example:443/") << QByteArray("https") << QByteArray("shop.example") << 443
                                       << QByteArray("/");
    QTest::newRow("IPv4") << QByteArray("https://127.0.0.1:1/") << QByteArray("https") << QByteArray("127.0.0.1") << 1 << QByteArray("/");
    QTest::newRow("IPv6") << QByteArray("https://[::1]:65535/a") << QByteArray("https") << QByteArray("::1") << 65535 << QByteArray("/a");
    QTest::newRow("escapes kept") << QByteArray("https://h.example/a%2Fb?u=https%3A%2F%2Fx%2F") << QByteArray("https") << QByteArray("h.example") << 443
                                  << QByteArray("/a%2Fb?u=https%3A%2F%2Fx%2F");
    QTest::newRow("fragment is not sent") << QByteArray("https://h.example/a#top") << QByteArray("https") << QByteArray("h.example") << 443 << QByteArray("/a");
    QTest::newRow("umlaut host") << QByteArray("https://b\xc3\xbcrger.example/\xc3\xa4") << QByteArray("https") << QByteArray("xn--brger-kva.example") << 443
                                 << QByteArray("/%C3%A4");
}

void UrlTest::parts()
{
    QFETCH(QByteArray, text);
    const auto url = parseUrl(text.toStdString());
    QVERIFY(url);
    QTEST(QByteArray::fromStdString(url->scheme), "scheme");
    QTEST(QByteArray::fromStdString(url->host), "host");
    QTEST(int(url->port), "port");
    QTEST(QByteArray::fromStdString(url->path), "path");
}

void UrlTest::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char* name, const QByteArray& text) { QTest::newRow(name) << text; };
    row("empty", "");
    row("relative without base", "/path");
    row("no host", "https://");
    row("no host, path", "https:///path");
    row("opaque", "https:shop.example");
    row("other scheme", "ftp://shop.example/");
    row("script", "javascript:alert(1)");
    row("file", "file:///etc/passwd");
    row("user", "https://user@shop.example/");
    row("user and password", "https://user:secret@shop.example/");
    row("blank in host", "https://ho st/");
    row("backslash in host", "https://evil.example\\@shop.example/");
    row("port too large", "https://shop.example:99999/");
    row("port 0", "https://shop.example:0/");
    row("port no number", "https://shop.example:x/");
    row("line end", "https://shop.example/\r\nSet-Cookie: a=b");
    row("tab", "https://shop.example/\t");
    row("NUL", QByteArray("https://shop.example/\0x", 23));
    row("DEL", "https://shop.example/\x7f");
    row("too long", "https://shop.example/" + QByteArray(9000, 'a'));
    row("zone", "https://[fe80::1%25eth0]/");
}

void UrlTest::refused()
{
    QFETCH(QByteArray, text);
    QVERIFY(!parseUrl(text.toStdString()));
}

void UrlTest::relative_data()
{
    QTest::addColumn<QByteArray>("reference");
    QTest::addColumn<QByteArray>("resolved"); // empty: refused
    QTest::newRow("absolute path") << QByteArray("/x?y=1") << QByteArray("https://shop.example:8443/x?y=1");
    QTest::newRow("relative path") << QByteArray("next") << QByteArray("https://shop.example:8443/a/next");
    QTest::newRow("upward") << QByteArray("../z") << QByteArray("https://shop.example:8443/z");
    QTest::newRow("other host") << QByteArray("//other.example/x") << QByteArray("https://other.example/x");
    QTest::newRow("absolute") << QByteArray("http://other.example/x") << QByteArray("http://other.example/x");
    QTest::newRow("empty") << QByteArray() << QByteArray();
    QTest::newRow("other scheme") << QByteArray("mailto:a@b") << QByteArray();
    QTest::newRow("user") << QByteArray("//user@other.example/") << QByteArray();
}

void UrlTest::relative()
{
    QFETCH(QByteArray, reference);
    QFETCH(QByteArray, resolved);
    const auto base = parseUrl("https://shop.example:8443/a/b?c=d");
    QVERIFY(base);
    const auto url = parseUrl(reference.toStdString(), &*base);
    QCOMPARE(url.has_value(), !resolved.isEmpty());
    if (url) QCOMPARE(QByteArray::fromStdString(url->text), resolved);
}

void UrlTest::origins()
{
    const auto same = [](const char* a, const char* b) { return sameOrigin(*parseUrl(a), *parseUrl(b)); };
    QVERIFY(same("https://a.example/x", "https://A.example:443/y"));
    QVERIFY(!same("https://a.example/", "http://a.example/"));
    QVERIFY(!same("https://a.example/", "https://a.example:8443/"));
    QVERIFY(!same("https://a.example/", "https://b.example/"));
    QVERIFY(!same("http://a.example:443/", "https://a.example/"));
}

void UrlTest::textIsFitForAHeader()
{
    QCOMPARE(parseUrl("https://shop.example/A%2fb?x=%20#f")->text, std::string("https://shop.example/A%2fb?x=%20#f"));
    QCOMPARE(parseUrl("https://shop.example/\xc3\xa4 b")->text, std::string("https://shop.example/%C3%A4%20b"));
}

QTEST_GUILESS_MAIN(UrlTest)
#include "url_test.moc"
