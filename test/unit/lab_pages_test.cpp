// What the eService's pages say, and that nothing from outside becomes markup.
#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtTest>

#include "lab/pages.h"

using namespace eidkern;
using namespace eidkern::lab;

namespace
{

const PageAddress german{"/result", "session=00", Language::German}, english{"/result", "session=00", Language::English};

Bytes file(int number, std::string_view text, std::uint8_t type = 0x0C)
{
    Bytes out{std::uint8_t(0x60 + number), std::uint8_t(text.size() + 2), type, std::uint8_t(text.size())};
    out.insert(out.end(), text.begin(), text.end());
    return out;
}

SessionRecord loggedIn()
{
    SessionRecord record{.id = "00"};
    record.outcome = paos::ResultOf{};
    record.offered = record.effective = Rights{Right::ReadDg4,  Right::ReadDg5,  Right::ReadDg8,
                                               Right::ReadDg13, Right::ReadDg10, Right::RestrictedIdentification};
    record.effective.remove(Right::ReadDg10);
    record.dataGroups.emplace(5, Secret(file(5, "<script>alert('&\"')</script>")));
    record.dataGroups.emplace(4, Secret(file(4, "Ada\x01")));
    record.dataGroups.emplace(8, Secret(file(8, "19790500", 0x12)));
    return record;
}

QByteArray html(const HttpAnswer& answer) { return QByteArray::fromStdString(answer.body); }

} // namespace

class lab_pages_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsReadIsEscaped()
    {
        const auto page = html(resultPage(english, {}, loggedIn()));
        QVERIFY(page.contains("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"));
        QVERIFY(!page.contains("<script") && !page.contains('\x01') && page.contains("Ada\xEF\xBF\xBD"));
    }

    void everyPageIsWellFormedAndLoadsNothing_data()
    {
        QTest::addColumn<QByteArray>("page");
        auto failed = loggedIn();
        failed.outcome = paos::ResultOf::error("/al/common#noPermission", "<b>'\"&");
        failed.clientMinor = "\"><script>";
        const ServiceRequest request{.requiredAge = 18, .communityId = Bytes{2, 0x76}, .documentValidity = true};
        for (const auto language : {Language::German, Language::English})
        {
            const PageAddress here{"/", "session=%22%3E%3Cscript%3E", language};
            const auto name = [&](const char* what) { return QString(what) + (language == Language::German ? ", German" : ", English"); };
            QTest::newRow(qPrintable(name("start"))) << html(startPage(here, request, {"127.0.0.1:24727", "http://127.0.0.1:24727/?a=\"&b=<", "x"}));
            QTest::newRow(qPrintable(name("result"))) << html(resultPage(here, request, loggedIn()));
            QTest::newRow(qPrintable(name("failure"))) << html(resultPage(here, request, failed));
            QTest::newRow(qPrintable(name("never happened"))) << html(resultPage(here, request, SessionRecord{.id = "00"}));
            QTest::newRow(qPrintable(name("communication error"))) << html(communicationErrorPage(here, "<script>"));
            QTest::newRow(qPrintable(name("unknown"))) << html(unknownLoginPage(here));
        }
    }
    void everyPageIsWellFormedAndLoadsNothing()
    {
        QFETCH(QByteArray, page);
        auto xml = page;
        xml.replace("<!DOCTYPE html>\n", "").replace("<meta charset=\"utf-8\">", "").replace("<br>", "<br/>");
        static const QRegularExpression meta("<meta [^>]*>"), style("<style>.*</style>", QRegularExpression::DotMatchesEverythingOption);
        QXmlStreamReader reader(QString::fromUtf8(xml).remove(meta).remove(style));
        int headings = 0;
        while (!reader.atEnd())
        {
            reader.readNext();
            if (!reader.isStartElement()) continue;
            static const QStringList forbidden{"script", "link", "img", "iframe", "form", "object", "base"};
            QVERIFY2(!forbidden.contains(reader.name().toString()), qPrintable(reader.name().toString()));
            headings += reader.name() == u"h1";
            for (const auto& attribute : reader.attributes())
            {
                const auto name = attribute.name().toString();
                QVERIFY2(!name.startsWith("on") && name != "style" && name != "src", qPrintable(name));
            }
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString() + '\n' + page));
        QCOMPARE(headings, 1);
    }

    void checksAndAbsencesAreTold()
    {
        auto record = loggedIn();
        record.ageVerified = false;
        record.communityVerified = true;
        const auto page = html(resultPage(german, {.requiredAge = 16, .communityId = Bytes{2, 0x76}}, record));
        QVERIFY(page.contains("Mindestens 16 Jahre alt</th><td role=\"cell\"><span class=\"answer bad\">nein"));
        QVERIFY(page.contains("Gemeindeschlüssel beginnt mit 0276</th><td role=\"cell\"><span class=\"answer good\">ja"));
        QVERIFY(!page.contains("noch gültig"));                                                        // not asked
        QVERIFY(page.contains("Geburtsname</th><td role=\"cell\"><span class=\"absent\">nicht auf dieser Karte"));
        QVERIFY(page.contains("<h2>Nicht freigegeben</h2>\n<ul class=\"tags\"><li>Staatsangehörigkeit</li></ul>"));
        QVERIFY(page.contains("1979"));
    }

    void aFailureShowsNoData()
    {
        auto record = loggedIn();
        record.clientMinor = "trustedChannelEstablishmentFailed"; // the client was not content in the end
        const auto page = html(resultPage(english, {}, record));
        QVERIFY(page.contains("The login has failed") && page.contains("has not established a trusted channel"));
        QVERIFY(!page.contains("Family name") && !page.contains("alert("));
    }

    void languages_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QByteArray>("accepts");
        QTest::addColumn<bool>("isGerman");
        QTest::newRow("nothing") << QByteArray() << QByteArray() << false;
        QTest::newRow("German") << QByteArray() << QByteArray("de") << true;
        QTest::newRow("Austrian") << QByteArray() << QByteArray("de-AT,en;q=0.5") << true;
        QTest::newRow("English preferred") << QByteArray() << QByteArray("de;q=0.3, en-GB;q=0.9") << false;
        QTest::newRow("the first of equals") << QByteArray() << QByteArray("de,en") << true;
        QTest::newRow("refused") << QByteArray() << QByteArray("de;q=0") << false;
        QTest::newRow("neither") << QByteArray() << QByteArray("fr,*;q=0.1") << false;
        QTest::newRow("not a list") << QByteArray() << QByteArray(";;q=,,de;q=x") << false;
        QTest::newRow("link to German") << QByteArray("a=1&lang=de") << QByteArray("en") << true;
        QTest::newRow("link to English") << QByteArray("lang=en") << QByteArray("de") << false;
        QTest::newRow("link to another") << QByteArray("lang=fr") << QByteArray("de") << true;
    }
    void languages()
    {
        QFETCH(QByteArray, query);
        QFETCH(QByteArray, accepts);
        QFETCH(bool, isGerman);
        const auto address = pageAddress("/", query.toStdString(), accepts.toStdString());
        QCOMPARE(address.language == Language::German, isGerman);
        QVERIFY(address.query.find("lang") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(lab_pages_test)
#include "lab_pages_test.moc"
