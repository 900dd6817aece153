// Parts of the command line that are functions: texts from outside, HTML as text, proxies and who is exempt from them.
#include <QTemporaryDir>
#include <QtTest>

#include "cli/automatic.h"
#include "cli/own_file.h"
#include "cli/card_text.h"
#include "cli/doctor.h"
#include "cli/login_options.h"
#include "cli/printable.h"
#include "cli/proxy_option.h"

using namespace eidkern;
using namespace eidkern::cli;

class CliPartsTest : public QObject
{
    Q_OBJECT
private slots:
    void ownFiles() // never through a link, never another user's, a left one of ours is replaced
    {
        const QTemporaryDir folder;
        const auto path = folder.filePath("eidkern.7.port").toStdString();
        const auto content = [](const QString& name) {
            QFile file(name);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("none");
        };
        const auto name = QString::fromStdString(path);
        {
            const cli::OwnFile file(path, "4711");
            QVERIFY(file.exists());
            QCOMPARE(content(name), "4711");
            const cli::OwnFile again(path, "4712"); // as after an end without cleaning up
            QCOMPARE(content(name), "4712");
        }
        QVERIFY(!QFile::exists(name));

        QFile other(folder.filePath("other"));
        QVERIFY(other.open(QIODevice::WriteOnly) && other.write("untouched") > 0 && other.flush());
        QVERIFY(QFile::link(other.fileName(), name));
        QVERIFY(!cli::OwnFile(path, "4711").exists());
        QCOMPARE(content(other.fileName()), "untouched");
        QVERIFY(QFile::remove(name));
        QVERIFY(QDir(folder.path()).mkdir("eidkern.7.port"));
        QVERIFY(!cli::OwnFile(path, "4711").exists());
    }

    void automaticServices_data()
    {
        QTest::addColumn<QByteArray>("url");
        QTest::addColumn<bool>("may");
        QTest::newRow("the very origin") << QByteArray("https://shop.example") << true;
        QTest::newRow("a path") << QByteArray("https://shop.example/login?a=b") << true;
        QTest::newRow("its port") << QByteArray("https://shop.example:443/") << true;
        QTest::newRow("capitals") << QByteArray("https://SHOP.example/") << true;
        QTest::newRow("another port") << QByteArray("https://shop.example:8443/") << false;
        QTest::newRow("http") << QByteArray("http://shop.example/") << false;
        QTest::newRow("below it") << QByteArray("https://a.shop.example/") << false;
        QTest::newRow("begins like it") << QByteArray("https://shop.example.evil.example/") << false;
        QTest::newRow("as a user") << QByteArray("https://shop.example@evil.example/") << false;
        QTest::newRow("nothing") << QByteArray() << false;
    }
    void automaticServices()
    {
        QFETCH(QByteArray, url);
        cli::Automatic automatic;
        automatic.origins = {cli::originOf("https://shop.example").value()};
        ServiceDescription service;
        service.url = url.toStdString();
        QTEST(automatic.mayAnswer(service), "may");
        QVERIFY(!cli::Automatic().mayAnswer(service));
    }

    void aWrongPasswordIsNotUsedAgain()
    {
        cli::Automatic automatic;
        automatic.pin.emplace("123456");
        PasswordAsked question{{}, Password::Pin, 3, false};
        QVERIFY(automatic.take(question) == Secret("123456"));
        QVERIFY(!automatic.take({{}, Password::Can, 1, false}));
        question.wrongBefore = true;
        QVERIFY(!automatic.take(question));
        question.wrongBefore = false; // of a later login
        QVERIFY(!automatic.take(question));
    }

    void printable_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("plain") << QByteArray("Größe\n€ 5") << QByteArray("Größe\n€ 5");
        QTest::newRow("escape sequences") << QByteArray("a\x1b[31mb\x07\x7f") << QByteArray("a?[31mb??");
        QTest::newRow("C1 controls") << QByteArray("a\xc2\x9b"
                                                   "31m\xc2\x85")
                                     << QByteArray("a?31m?");
        QTest::newRow("carriage return, tab") << QByteArray("abc\rX\ty") << QByteArray("abcX y");
        QTest::newRow("right-to-left override") << QByteArray("a\xe2\x80\xae"
                                                              "b\xe2\x80\xac"
                                                              "c")
                                                << QByteArray("abc");
        QTest::newRow("isolates and marks") << QByteArray("\xe2\x81\xa6"
                                                          "a\xe2\x81\xa9\xe2\x80\x8f\xd8\x9c\xe2\x80\x8b")
                                            << QByteArray("a");
        QTest::newRow("separators") << QByteArray("a\xe2\x80\xa8"
                                                  "b")
                                    << QByteArray("a b");
        QTest::newRow("tags beyond 16 bits") << QByteArray("a\xf3\xa0\x81\x81") << QByteArray("a");
        QTest::newRow("no UTF-8") << QByteArray("a\xff\x9b") << QByteArray("a\xef\xbf\xbd\xef\xbf\xbd");
        QTest::newRow("nul") << QByteArray("a\0b", 3) << QByteArray("a?b");
    }
    void printable()
    {
        QFETCH(QByteArray, text);
        QTEST(QByteArray::fromStdString(cli::printable(text.toStdString())), "shown");
    }
    void printableIsBounded()
    {
        const auto shown = cli::printable(std::string(1'000'000, 'x'));
        QCOMPARE(shown, std::string(16 * 1024, 'x') + "…");
    }

    void html_data()
    {
        QTest::addColumn<QByteArray>("document");
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const char* document, const char* text) { QTest::newRow(document) << QByteArray(document) << QByteArray(text); };
        row("", "");
        row("a  b\r\n c", "a b c");
        row("<P>a</P><p>b<br/>c", "a\nb\nc");
        row("<p><i>a</i><u>b</u></p>", "ab");
        row("a<!-- <p>x --> b", "a b");
        row("a<script>if (a<b) x()</script>b<STYLE>p{}</STYLE>c", "abc");
        row("<ol><li>a</li><li>b</li></ol>", "• a\n• b");
        row("&lt;p&gt;&nbsp;&amp;amp;", "<p> &amp;");
        row("&#65;&#x42;&auml;&szlig;", "ABäß");
        row("&#27;&#x202e;", "\x1b\xe2\x80\xae"); // printable() is for those
        row("&unknown; &; & &#; &#x110000; &#xd800; &#0;", "&unknown; &; & &#; &#x110000; &#xd800; &#0;");
        row("a<b", "a"); // never ends
        row("a<script>b", "a");
        row("a<!--b", "a");
        row("a<", "a");
        row("a&", "a&");
    }
    void html()
    {
        QFETCH(QByteArray, document);
        QTEST(QByteArray::fromStdString(textOfHtml(document.toStdString())), "text");
    }
    void proxies_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("proxy"); // null: refused
        const auto row = [](const char* text, const QByteArray& proxy) { QTest::newRow(text) << QByteArray(text) << proxy; };
        row("http://proxy.example:3128", "proxy.example 3128  ");
        row("http://proxy.example:3128/", "proxy.example 3128  ");
        row("proxy.example:3128", "proxy.example 3128  ");
        row("http://[::1]:8080", "::1 8080  ");
        row("http://anna:p%40ss@proxy.example:3128", "proxy.example 3128 anna p@ss");
        row("anna@proxy.example:3128", "proxy.example 3128 anna ");
        row("http://proxy.example", {});
        row("http://proxy.example:0", {});
        row("http://proxy.example:99999", {});
        row("http://:3128", {});
        row("https://proxy.example:3128", {});
        row("socks5://proxy.example:1080", {});
        row("http://proxy.example:3128/path", {});
        row("http://proxy.example:3128?query", {});
        row("http://pro xy:3128", {});
        row("", {});
    }
    void proxies()
    {
        QFETCH(QByteArray, text);
        const auto proxy = parseProxy(text.toStdString());
        QByteArray said;
        if (proxy)
            said = QByteArray::fromStdString(proxy->host + " " + std::to_string(proxy->port) + " " + proxy->user + " " + std::string(proxy->password.text()));
        QTEST(said, "proxy");
    }

    void exempt_data()
    {
        QTest::addColumn<QByteArray>("list");
        QTest::addColumn<bool>("exempt"); // shop.example.com:443
        const auto row = [](const char* list, bool exempt) { QTest::newRow(list) << QByteArray(list) << exempt; };
        row("", false);
        row("*", true);
        row("shop.example.com", true);
        row("SHOP.Example.COM", true);
        row("example.com", true);
        row(".example.com", true);
        row("a, example.com ,b", true);
        row("ample.com", false);
        row("com.", false);
        row("www.shop.example.com", false);
        row("shop.example.com:443", true);
        row("shop.example.com:8443", false);
        row(",,.,", false);
    }
    void exempt()
    {
        QFETCH(QByteArray, list);
        QTEST(isExempt(list.toStdString(), "shop.example.com", 443), "exempt");
    }
    void exemptAddresses()
    {
        QVERIFY(isExempt("10.0.0.1", "10.0.0.1", 443));
        QVERIFY(!isExempt("10.0.0.1", "110.0.0.1", 443));
        QVERIFY(isExempt("fd00::1", "fd00::1", 443));
    }

    void whereThePinIsEntered_data()
    {
        QTest::addColumn<ReaderFeatures>("features");
        QTest::addColumn<QString>("shown");
        QTest::newRow("basic") << ReaderFeatures{} << "R: card; no pad";
        QTest::newRow("standard") << ReaderFeatures{.pace = true, .modifyPin = true} << "R: card; the PIN is entered at the reader (PACE)";
        QTest::newRow("PIN pad") << ReaderFeatures{.verifyPin = true} << "R: card; pad without PACE: the PIN is entered here";
        QTest::newRow("short") << ReaderFeatures{.extendedLength = false} << "R: card; no pad, short APDUs only";
    }
    void whereThePinIsEntered()
    {
        QFETCH(ReaderFeatures, features);
        ReaderList list{.service = true, .readers = {{.name = "R", .card = true}}};
        QCOMPARE(textOf(list, Language::English), "R: card"); // it has not said
        list.readers[0].features = features;
        QTEST(QString::fromStdString(textOf(list, Language::English)), "shown");
    }

    void whoseCard_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QString>("card");
        QTest::newRow("somebody is asked") << QStringList{} << "pcsc";
        QTest::newRow("nobody is asked") << QStringList{"--consent", "auto"} << "sim";
        QTest::newRow("as was said") << QStringList{"--consent", "auto", "--card", "pcsc:R"} << "pcsc:R";
        QTest::newRow("asked, and as was said") << QStringList{"--card", "sim:minor"} << "sim:minor";
    }
    void whoseCard()
    {
        QFETCH(QStringList, options);
        CLI::App app;
        LoginOptions read;
        addLoginOptions(app, read);
        app.parse("eidkern " + options.join(' ').toStdString(), true);
        chooseCard(read);
        QTEST(QString::fromStdString(read.card), "card");
    }
    void whoseCardAnswersByItself()
    {
        for (const auto& origins : {std::vector<std::string>(), std::vector<std::string>{"https://shop.example"}})
        {
            LoginOptions options;
            options.consent = Consent::Auto;
            options.automatic = std::make_shared<Automatic>();
            options.automatic->origins = origins;
            chooseCard(options);
            QCOMPARE(options.card, origins.empty() ? "sim" : "pcsc");
        }
    }

    void theWorstFinding() // decides how doctor ends; of those that are as bad, the first
    {
        const auto found = [](Health health, ExitCode area) {
            Check check;
            check.health = health;
            check.area = area;
            return check;
        };
        const auto good = found(Health::Good, ExitCode::Client), warning = found(Health::Warning, ExitCode::Card);
        const auto card = found(Health::Failed, ExitCode::Card), network = found(Health::Failed, ExitCode::Network);
        QCOMPARE(int(exitCodeOf({})), 0);
        QCOMPARE(int(exitCodeOf({good, good})), 0);
        QCOMPARE(int(exitCodeOf({good, warning, good})), 4);
        QCOMPARE(int(exitCodeOf({warning, network, card})), 13);
        QCOMPARE(int(exitCodeOf({card, network, warning})), 11);
    }
};

QTEST_GUILESS_MAIN(CliPartsTest)
#include "cli_parts_test.moc"
