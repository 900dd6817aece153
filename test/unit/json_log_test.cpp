// The engine's log: every line is JSON, whatever a service or a card has sent.
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "engine/json_log.h"
#include "network/qt_scheduler.h"
#include "support/manual_clock.h"

using namespace eidkern;

class json_log_test : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyValue_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("read");
        const auto row = [](const char* name, const QByteArray& value, const QString& read) { QTest::newRow(name) << value << read; };
        row("plain", "Simulator 1 {~}", "Simulator 1 {~}");
        row("empty", "", "");
        row("quotes", R"(a "b" \ c)", R"(a "b" \ c)");
        row("lines", "a\nb\tc\x7f", "a\nb\tc\x7f");
        row("NUL", QByteArray("a\0b", 3), QString::fromLatin1("a\0b", 3));
        row("umlauts", "M\xc3\xb6wensteig", QString::fromUtf8("M\xc3\xb6wensteig"));
        row("no UTF-8", "a\xff", QString("a") + QChar(0xFFFD));
    }
    void everyValue()
    {
        QFETCH(QByteArray, value);
        std::string line;
        network::QtScheduler scheduler;
        test::ManualClock clock(scheduler);
        JsonLog log([&](const std::string& each) { line = each; }, clock);
        log.entered("SelectCard");
        log.write("card.found", {{"reader", std::string_view(value.constData(), std::size_t(value.size()))}, {"tries", 3}});
        QJsonParseError fault;
        const auto read = QJsonDocument::fromJson(QByteArray::fromStdString(line), &fault).object();
        QVERIFY2(fault.error == QJsonParseError::NoError, line.c_str());
        QCOMPARE(read.keys(), (QStringList{"log", "ms", "reader", "state", "tries"}));
        QCOMPARE(read["log"].toString(), "card.found");
        QCOMPARE(read["state"].toString(), "SelectCard");
        QCOMPARE(read["tries"].toString(), "3");
        QTEST(read["reader"].toString(), "read");
    }
};

QTEST_GUILESS_MAIN(json_log_test)
#include "json_log_test.moc"
