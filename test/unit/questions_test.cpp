// What an embedder is told with a question.
#include <QTest>

#include "engine/questions.h"
#include "support/pumped_scheduler.h"

using namespace eidkern;

class questions_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void termsOfUsage_data()
    {
        QTest::addColumn<int>("sent");
        QTest::addColumn<int>("told");
        QTest::addColumn<QByteArray>("terms");
        QTest::addColumn<QByteArray>("purpose");
        QTest::newRow("text") << int(DescriptionFormat::Plain) << int(TermsFormat::PlainText) << QByteArray("Log in") << QByteArray("Log in");
        QTest::newRow("HTML") << int(DescriptionFormat::Html) << int(TermsFormat::Html) << QByteArray("<p>Log in</p>") << QByteArray();
        QTest::newRow("PDF") << int(DescriptionFormat::Pdf) << int(TermsFormat::Pdf) << QByteArray("%PDF-1.7\n\0\xff", 11) << QByteArray();
    }
    void termsOfUsage()
    {
        QFETCH(int, sent);
        QFETCH(int, told);
        QFETCH(QByteArray, terms);
        QFETCH(QByteArray, purpose);
        test::PumpedScheduler scheduler;
        std::optional<RightsAsked> asked;
        Questions questions(scheduler, [&](Event event) {
            if (auto* rights = std::get_if<RightsAsked>(&event)) asked = *rights;
        });
        CertificateDescription service;
        service.format = DescriptionFormat(sent);
        service.termsOfUsage = terms.toStdString();
        const auto pending = questions.confirmRights({service, {2026, 11, 20}, {2026, 12, 20}, {}, {}, {}, {}, {}});
        QVERIFY(asked);
        QCOMPARE(int(asked->service.termsFormat), told);
        QCOMPARE(asked->service.terms, terms.toStdString());
        QCOMPARE(asked->service.purpose, purpose.toStdString());
    }
};

QTEST_GUILESS_MAIN(questions_test)
#include "questions_test.moc"
