// The rules of /eID-Client without sockets: whom we answer, what is asked for, where a browser may be sent, what pages say.
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtTest>

#include "pages/html.h"
#include "sdk/activation.h"
#include "sdk/pages.h"

using namespace eidkern;
using namespace eidkern::sdk;

class ActivationTest : public QObject
{
    Q_OBJECT
private slots:
    void hosts_data()
    {
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<bool>("ours");
        const auto row = [](const char* name, const QByteArray& headers, bool ours) { QTest::newRow(name) << headers << ours; };
        row("127.0.0.1", "Host: 127.0.0.1:24727\r\n", true);
        row("localhost", "Host: localhost:24727\r\n", true);
        row("capitals", "HOST: LocalHost:24727\r\n", true);
        row("IPv6", "Host: [::1]:24727\r\n", true);
        row("none", "", false);
        row("empty", "Host: \r\n", false);
        row("twice", "Host: 127.0.0.1:24727\r\nHost: 127.0.0.1:24727\r\n", false);
        row("one of two", "Host: 127.0.0.1:24727\r\nhost: evil.example\r\n", false);
        row("no port", "Host: 127.0.0.1\r\n", false);
        row("another port", "Host: 127.0.0.1:24728\r\n", false);
        row("a port that begins like ours", "Host: 127.0.0.1:247270\r\n", false);
        row("rebinding", "Host: evil.example:24727\r\n", false);
        row("rebinding, ends like us", "Host: evil.localhost:24727\r\n", false);
        row("rebinding, begins like us", "Host: 127.0.0.1.evil.example:24727\r\n", false);
        row("user information", "Host: x@127.0.0.1:24727\r\n", false);
        row("a dot behind", "Host: localhost.:24727\r\n", false);
        row("another loopback address", "Host: 127.0.0.2:24727\r\n", false);
        row("another spelling", "Host: 2130706433:24727\r\n", false);
        row("IPv6 without brackets", "Host: ::1:24727\r\n", false);
        row("mapped", "Host: [::ffff:127.0.0.1]:24727\r\n", false);
        row("list", "Host: 127.0.0.1:24727, evil.example\r\n", false);
    }
    void hosts()
    {
        QFETCH(QByteArray, headers);
        network::HttpParser request(network::HttpParser::Kind::Request);
        request.feed("GET / HTTP/1.1\r\n" + headers.toStdString() + "\r\n");
        QCOMPARE(request.state(), network::HttpState::Done);
        QTEST(namesUs(request, "127.0.0.1", 24727), "ours");
    }

    void actions_data()
    {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("action");
        const auto row = [](const char* target, const char* action) { QTest::newRow(target) << QByteArray(target) << QByteArray(action); };
        row("/eID-Client?tcTokenURL=https%3A%2F%2Fx.example%2Ft%3Fa%3Db%26c%3Dd", "login https://x.example/t?a=b&c=d");
        row("/eID-Client?tcTokenURL=https://x.example/a+b%2Bc%20d", "login https://x.example/a+b+c d");
        row("/eID-Client?a=b&tcTokenURL=x&Status", "login x");
        row("/eID-Client?tcTokenURL=x&tcTokenURL=y", "login x");
        row("/eID-Client?tcTokenURL=", "login ");
        row("/eID-Client?tctokenurl=x", "login without address");
        row("/eID-Client", "login without address");
        row("/eID-Client?", "login without address");
        row("/eID-Client?other=x", "login without address");
        row("/eID-Client?Status", "status");
        row("/eID-Client?status=JSON", "status json");
        row("/eID-Client?Status=xml", "status");
        row("/eID-Client?Status&tcTokenURL=x", "status");
        row("/eID-Client?ShowUI=PINManagement", "ui");
        row("/eID-Client?showui", "ui");
        row("/eid-client?Status", "unknown");
        row("/eID-Client/?Status", "unknown");
        row("/", "unknown");
        row("/favicon.ico", "icon");
        row("http://127.0.0.1:24727/eID-Client?Status", "unknown"); // absolute-form is for proxies
        row("*", "unknown");
    }
    void actions()
    {
        QFETCH(QByteArray, target);
        const auto action = actionOf(target.toStdString());
        QByteArray said = "unknown";
        if (const auto* login = std::get_if<Login>(&action))
            said = login->tcTokenUrl ? "login " + QByteArray::fromStdString(*login->tcTokenUrl) : QByteArray("login without address");
        if (const auto* status = std::get_if<Status>(&action)) said = status->json ? "status json" : "status";
        if (std::holds_alternative<ShowUi>(action)) said = "ui";
        if (std::holds_alternative<Icon>(action)) said = "icon";
        QTEST(said, "action");
    }

    void locations_data()
    {
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<QByteArray>("sent"); // null: refused
        const auto row = [](const QByteArray& address, const QByteArray& sent) { QTest::newRow(address) << address << sent; };
        row("https://shop.example/back?s=1&ResultMajor=ok", "https://shop.example/back?s=1&ResultMajor=ok");
        row("http://shop.example/error", "http://shop.example/error");
        row("https://b\xc3\xbcrger.example/\xc3\xa4", "https://xn--brger-kva.example/%C3%A4");
        row("https://shop.example/a b", "https://shop.example/a%20b");
        row("https://shop.example/\r\nSet-Cookie: a=b", {});
        row("https://shop.example/\nX", {});
        row("https://shop.example/%0d%0aX", "https://shop.example/%0d%0aX"); // stays encoded
        row("https://user@shop.example/", {});
        row("https://user:pw@shop.example/", {});
        row("https://shop.example\\@evil.example/", {});
        row("https://evil.example\\.shop.example/", {});
        row("https:///shop.example/", {});
        row("javascript:alert(1)", {});
        row("data:text/html,x", {});
        row("file:///etc/passwd", {});
        row("//evil.example/", {});
        row("/eID-Client?Status", {});
        row("", {});
    }
    void locations()
    {
        QFETCH(QByteArray, address);
        const auto sent = safeLocation(address.toStdString());
        QTEST(sent ? QByteArray::fromStdString(*sent) : QByteArray(), "sent");
    }

    void pagesEscape()
    {
        for (const auto& page :
             {busyPage("/eID-Client?tcTokenURL=\"><script>", Language::English), leavingPage("/eID-Client?tcTokenURL=\"><script>", Language::English),
              failurePage({FailureCode::Get_TcToken_Network_Error, "FetchTcToken", {{"<script>", "\"><script>\x1B"}}}, "/eID-Client?tcTokenURL=\"><script>",
                          Language::English)})
        {
            QVERIFY(page.find("<script") == std::string::npos && page.find('\x1B') == std::string::npos);
            QVERIFY(page.find("href=\"/eID-Client?tcTokenURL=&quot;&gt;&lt;script&gt;\"") != std::string::npos);
        }
    }

    void everyPageIsWellFormed()
    {
        for (const auto language : {Language::German, Language::English})
            for (const auto& page : {badRequestPage(language), notFoundPage(language), badMethodPage(language), nowhereToGoPage(language),
                                     busyPage("/eID-Client?a=\"&b=<", language), leavingPage("/eID-Client?a=\"&b=<", language),
                                     failurePage({FailureCode::Get_TcToken_Network_Error, "<", {{"&", "\""}}}, "/?a&b", language)})
            {
                auto xml = QString::fromStdString(page).remove("<!DOCTYPE html>\n");
                static const QRegularExpression unread("<meta [^>]*>|<style>.*</style>", QRegularExpression::DotMatchesEverythingOption);
                QXmlStreamReader reader(xml.remove(unread));
                QStringList names;
                while (!reader.atEnd())
                    if (reader.readNext() == QXmlStreamReader::StartElement) names << reader.name().toString();
                QVERIFY2(!reader.hasError(), qPrintable(reader.errorString() + '\n' + xml));
                for (const char* once : {"title", "main", "h1", "footer"}) QVERIFY2(names.count(once) == 1, once);
                for (const char* never : {"script", "link", "img", "iframe", "form", "object", "base"}) QVERIFY2(!names.contains(never), never);
            }
    }

    void aSecondTryIsOfferedWhereItCanHelp()
    {
        const auto offered = [](FailureCode code) { return failurePage({code, "FetchTcToken"}, "/again", Language::German).find("href=") != std::string::npos; };
        QVERIFY(offered(FailureCode::Get_TcToken_Network_Error));
        QVERIFY(!offered(FailureCode::Get_TcToken_Invalid_Url));
    }

    void aFailureIsExplained()
    {
        const auto& entry = describe(FailureCode::Get_TcToken_Invalid_Url);
        for (const auto language : {Language::German, Language::English})
        {
            const auto page = failurePage({FailureCode::Get_TcToken_Invalid_Url, "ParseTcTokenUrl", {{"Network_Error", "gone"}}}, "/", language);
            for (const auto* part : {"ParseTcTokenUrl", "Network_Error", "gone", language == Language::German ? "<html lang=\"de\">" : "<html lang=\"en\">"})
                QVERIFY2(page.find(part) != std::string::npos, part);
            QVERIFY(page.find(entry.name) != std::string::npos);
            QVERIFY(page.find(pages::escaped(entry.cause(language))) != std::string::npos);
            QVERIFY(page.find(pages::escaped(entry.change.in(language))) != std::string::npos);
            for (const auto hint : entry.hints(language)) QVERIFY(page.find(pages::escaped(hint)) != std::string::npos);
        }
    }

    void status()
    {
        const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(statusJson(ownIdentity().product))).object();
        QCOMPARE(json["Specification-Title"].toString(), "TR-03124-1");
        QStringList lines;
        for (auto each = json.begin(); each != json.end(); ++each) lines << each.key() + ": " + each.value().toString(); // sorted by key
        QCOMPARE(QString::fromStdString(statusText(ownIdentity().product)), lines.join('\n') + '\n');
        QCOMPARE(lines.size(), 7);
    }
};

QTEST_GUILESS_MAIN(ActivationTest)
#include "activation_test.moc"
