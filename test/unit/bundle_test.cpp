// What a support bundle takes over, and above all what it does not.
#include <QJsonDocument>
#include <QTest>

#include "cli/bundle.h"

using namespace eidkern::cli;

class bundle_test : public QObject
{
    Q_OBJECT

    static constexpr auto good = R"({"log":"tls.opened","ms":1795165701116,"state":"FetchTcToken","host":"shop.example","port":"443","outcome":"Ok"})";

    static std::string line(std::string_view from, std::string_view to)
    {
        std::string text(good);
        const auto at = text.find(from);
        if (at == std::string::npos) qFatal("the line has changed");
        return text.replace(at, from.size(), to);
    }

private Q_SLOTS:
    void whereabouts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("left");
        QTest::newRow("home") << QByteArray("/home/anna/x and /home/anna") << QByteArray("~/x and ~");
        QTest::newRow("another home that begins the same") << QByteArray("/home/annabel/x") << QByteArray("/home/annabel/x");
        QTest::newRow("user") << QByteArray("anna, Anna: run/anna/7 hannah anna_b") << QByteArray("USER, USER: run/USER/7 hannah anna_b");
        QTest::newRow("host") << QByteArray("at box.lan or BOX.LAN.") << QByteArray("at HOST or HOST.");
        QTest::newRow("a point is a point") << QByteArray("boxxlan") << QByteArray("boxxlan");
        QTest::newRow("numbers") << QByteArray("PIN 123456, year 2026, serial (0123456789), port 24727")
                                 << QByteArray("PIN #, year 2026, serial (#), port 24727");
        QTest::newRow("numbers in words") << QByteArray("x19870523y") << QByteArray("x#y");
    }
    void whereabouts()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, left);
        QCOMPARE(redacted(text.toStdString(), {"/home/anna", "anna", "box.lan"}), left.toStdString());
    }

    void nobodyAtNoHost() // does not turn every gap into a replacement
    {
        QCOMPARE(redacted(std::string_view("a b localhost /x"), {"/", "", "localhost"}), std::string("a b localhost /x"));
        QCOMPARE(redacted(std::string_view("a b"), Whereabouts()), std::string("a b"));
    }

    void everyTextOfAnObject()
    {
        const QJsonObject object{{"a", "anna"}, {"b", QJsonArray{QJsonObject{{"c", "at anna's"}}, 7, true}}};
        const QJsonObject left{{"a", "USER"}, {"b", QJsonArray{QJsonObject{{"c", "at USER's"}}, 7, true}}};
        QCOMPARE(redacted(object, {"", "anna", ""}).toObject(), left);
    }

    void linesOfTheLog()
    {
        const auto text = std::string(good) + "\n" + line("shop.example", "127.0.0.1") + "\n" + line("shop.example", "id.example") + "\n" + good + "\n";
        const auto found = logLinesOf(text);
        QCOMPARE(found.leftOut, 0);
        QStringList hosts;
        for (const auto& each : found.lines) hosts << each.toObject()["host"].toString();
        QCOMPARE(hosts, (QStringList{"SERVICE-1", "127.0.0.1", "SERVICE-2", "SERVICE-1"}));
        QCOMPARE(found.lines[0].toObject()["outcome"].toString(), "Ok");
    }

    void whatAClientSaid() // commands and messages by their names have no state
    {
        const std::string line = R"({"log":"api.command","ms":1795165701116,"name":"RUN_AUTH"})";
        QCOMPARE(logLinesOf(line).lines.size(), 1);
        QCOMPARE(logLinesOf(std::string(line).replace(line.find("api.command"), 11, "paos.sent")).lines.size(), 0);
    }

    void linesOfSomethingElse_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("words") << QByteArray("PIN 123456");
        QTest::newRow("the result of a login") << QByteArray(R"({"event":"result","ok":true,"data":{"PersonalData":{"FamilyNames":"Sandwig"}}})");
        QTest::newRow("a log line with more in it") << QByteArray::fromStdString(line(R"("outcome":"Ok")", R"("outcome":{"name":"Sandwig"})"));
        QTest::newRow("a number where none is") << QByteArray::fromStdString(line(R"("port":"443")", R"("port":443)"));
        QTest::newRow("a long value") << QByteArray::fromStdString(line("\"Ok\"", "\"" + std::string(161, 'x') + "\""));
        QTest::newRow("a sentence as a key") << QByteArray::fromStdString(line("\"outcome\"", R"("Sandwig, Henrike")"));
        QTest::newRow("another event") << QByteArray::fromStdString(line("tls.opened", "Sandwig"));
        QTest::newRow("no state") << QByteArray::fromStdString(line("\"state\"", "\"estate\""));
        QTest::newRow("no time") << QByteArray::fromStdString(line("\"ms\":1795165701116", "\"ms\":\"1795165701116\""));
    }
    void linesOfSomethingElse()
    {
        QFETCH(QByteArray, text);
        const auto found = logLinesOf(text.toStdString());
        QCOMPARE(found.lines.size(), 0);
        QCOMPARE(found.leftOut, 1);
    }

    void aLongLog() // the end of it, from a whole line on
    {
        std::string text(good);
        while (text.size() < 1024 * 1024) text += "\n" + line("443", std::to_string(text.size() % 50'000));
        text += "\n" + line("443", "1");
        const auto found = logLinesOf(text);
        QCOMPARE(found.leftOut, 1); // the first line that is no longer whole
        QVERIFY(found.lines.size() > 5000);
        QCOMPARE(found.lines.last().toObject()["port"].toString(), "1");
        QCOMPARE(logLinesOf(std::string(1024 * 1024 + 2, 'x')).lines.size(), 0);
    }
};

QTEST_GUILESS_MAIN(bundle_test)
#include "bundle_test.moc"
