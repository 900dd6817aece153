// Who may open a WebSocket: every refusal, and which one comes first.
#include <QtTest>

#include "sdk/upgrade.h"

using namespace eidkern;
using namespace eidkern::sdk;

static network::HttpParser parsed(const QByteArray& headers, const QByteArray& target = "/eID-Kernel", const QByteArray& protocol = "websocket")
{
    network::HttpParser request(network::HttpParser::Kind::Request);
    request.feed(("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n" + headers + "\r\n").toStdString());
    return request;
}

class UpgradeTest : public QObject
{
    Q_OBJECT
private slots:
    // All that is wrong at once, and then one thing less with every row.
    void theFirstRefusalCounts()
    {
        const auto none = originsOf("").value();
        const QByteArray page = "Origin: https://shop.example\r\n";
        const Openness open{.serving = true}, everything{.serving = false, .full = true, .busy = true};
        const auto status = [&](const network::HttpParser& request, const Openness& openness) { return refusalOf(request, openness, none); };
        QCOMPARE(status(parsed(page, "/other", "h2c"), everything), 404);
        QCOMPARE(status(parsed(page, "/other"), everything), 503);
        QCOMPARE(status(parsed(page, "/other"), {true, true, true}), 403);
        QCOMPARE(status(parsed("", "/other"), {true, true, true}), 404);
        QCOMPARE(status(parsed(""), {true, true, true}), 429);
        QCOMPARE(status(parsed(""), {true, false, true}), 409);
        QCOMPARE(status(parsed(""), open), std::nullopt);
    }

    void paths_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<bool>("good");
        QTest::newRow("plain") << QByteArray("/eID-Kernel") << true;
        QTest::newRow("slash") << QByteArray("/eID-Kernel/") << true;
        QTest::newRow("query") << QByteArray("/eID-Kernel?a=/b") << true;
        QTest::newRow("slash and query") << QByteArray("/eID-Kernel/?a") << true;
        QTest::newRow("lower case") << QByteArray("/eid-kernel") << false;
        QTest::newRow("deeper") << QByteArray("/eID-Kernel/x") << false;
        QTest::newRow("two slashes") << QByteArray("/eID-Kernel//") << false;
        QTest::newRow("root") << QByteArray("/") << false;
        QTest::newRow("the browsers'") << QByteArray("/eID-Client") << false;
    }
    void paths()
    {
        QFETCH(QByteArray, target);
        QTEST(!refusalOf(parsed("", target), {.serving = true}, originsOf("").value()), "good");
    }

    void origins_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<bool>("allowed");
        const auto row = [](const char* name, const char* pattern, const QByteArray& header, bool allowed) {
            QTest::newRow(name) << QString(pattern) << header << allowed;
        };
        row("no web page", "", "", true);
        row("a web page", "", "Origin: https://shop.example\r\n", false);
        row("a page without origin", "", "Origin: null\r\n", false);
        row("empty", "", "Origin: \r\n", false);
        row("the right one", "https://shop\\.example", "Origin: https://shop.example\r\n", true);
        row("any letter case of the header", "https://shop\\.example", "oRIGIN: https://shop.example\r\n", true);
        row("another", "https://shop\\.example", "Origin: https://evil.example\r\n", false);
        row("begins like it", "https://shop\\.example", "Origin: https://shop.example.evil.example\r\n", false);
        row("ends like it", "https://shop\\.example", "Origin: https://evil.example/https://shop.example\r\n", false);
        row("a line behind it", "https://shop\\.example$", "Origin: https://shop.example x\r\n", false);
        row("an alternative is anchored too", "https://a|https://b", "Origin: https://bb\r\n", false);
        row("one of two", "https://a|https://b", "Origin: https://b\r\n", true);
        row("null, with a pattern that fits", ".*", "Origin: null\r\n", false);
        row("empty, with a pattern that fits", ".*", "Origin: \r\n", false);
        row("twice", ".*", "Origin: https://a\r\nOrigin: https://a\r\n", false);
        row("anything", ".*", "Origin: https://a\r\n", true);
    }
    void origins()
    {
        QFETCH(QString, pattern);
        QFETCH(QByteArray, header);
        QFETCH(bool, allowed);
        const auto refusal = refusalOf(parsed(header), {.serving = true}, originsOf(pattern.toStdString()).value());
        QCOMPARE(refusal, allowed ? std::nullopt : std::optional(403));
    }

    void patternsThatAreNone_data()
    {
        QTest::addColumn<QString>("pattern");
        for (const char* pattern : {"(", ")|(", "[", "a)|(?:b", "\\Qhttps://shop.example", "(?x) https://shop.example # comment"})
            QTest::newRow(pattern) << QString(pattern);
    }
    void patternsThatAreNone() // or would undo the anchors
    {
        QFETCH(QString, pattern);
        QVERIFY(!originsOf(pattern.toStdString()));
    }
};

QTEST_GUILESS_MAIN(UpgradeTest)
#include "upgrade_test.moc"
