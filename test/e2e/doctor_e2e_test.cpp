// `eidkern doctor` beside a real pcscd: readers and what their drivers say, a card, a daemon that hangs.
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "e2e/daemon.h"

class doctor_e2e_test : public QObject
{
    Q_OBJECT

    eidkern::test::Daemon daemon_;

    struct Outcome
    {
        int code;
        QList<QJsonObject> checks;

        QList<QJsonObject> of(const QString& id) const
        {
            QList<QJsonObject> found;
            for (const auto& each : checks)
                if (each["id"].toString() == id) found << each;
            return found;
        }
    };

    Outcome doctor() const
    {
        QProcess process;
        process.start(EIDKERN_CLI, {"doctor", "--json", "--lang", "en", "--port", "1"});
        process.waitForFinished(30'000);
        Outcome outcome{process.exitCode(), {}};
        for (const auto& each : QJsonDocument::fromJson(process.readAllStandardOutput()).object()["checks"].toArray()) outcome.checks << each.toObject();
        return outcome;
    }

private Q_SLOTS:
    void initTestCase()
    {
        const auto library = daemon_.path("libifd_virtual.so");
        daemon_.addReader("Plain Reader", "v:unix=" + daemon_.path("plain") + ":events=1", library);
        daemon_.addReader("Pad Reader", "v:unix=" + daemon_.path("pad") + ":events=1:features=06072012:pace=E0", library);
        QVERIFY2(daemon_.start(), daemon_.log());
    }

    void readersWithoutACard()
    {
        const auto found = doctor();
        QCOMPARE(found.code, 4); // warnings only
        const auto service = found.of("pcsc").value(0);
        QCOMPARE(service["health"].toString(), "ok");
        QVERIFY(service["facts"].toObject()["protocol"].toString().startsWith("4:"));
        const auto readers = found.of("reader");
        QCOMPARE(readers.size(), 2);
        for (const auto& each : readers)
        {
            const auto facts = each["facts"].toObject();
            const bool pad = facts["name"].toString().startsWith("Pad");
            QCOMPARE(each["health"].toString(), "ok");
            const auto features = facts["features"].toObject();
            for (const char* feature : {"pace", "paceEnds", "verifyPin", "modifyPin"}) QCOMPARE(features[feature].toBool(), pad);
            QVERIFY(!facts["vendor"].toString().isEmpty());
            QVERIFY(each["text"].toString().contains(pad ? "entered at the reader (PACE)" : "no pad"));
        }
        QCOMPARE(found.of("card").value(0)["health"].toString(), "warn");
    }

    void cards_data()
    {
        QTest::addColumn<QString>("persona");
        QTest::addColumn<bool>("pad");
        QTest::addColumn<QString>("health");
        QTest::addColumn<int>("code");
        QTest::newRow("good") << "adult" << false << "ok" << 4; // no trust anchors
        QTest::newRow("one try left") << "one-try-left" << true << "warn" << 4;
        QTest::newRow("blocked") << "pin-blocked" << false << "fail" << 11;
        QTest::newRow("switched off") << "eid-deactivated" << true << "fail" << 11;
    }
    void cards()
    {
        QFETCH(QString, persona);
        QFETCH(bool, pad);
        QFETCH(QString, health);
        QFETCH(int, code);
        QProcess serve;
        serve.start(EIDKERN_CLI, {"card", "serve", "--persona", persona, "--vpcd", daemon_.path(pad ? "pad" : "plain"), "--lang", "en"});
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((serve.waitForReadyRead(10), said += serve.readAllStandardOutput()).contains("is on the reader"), 30'000);
        QProcess show; // says of the reader what doctor says
        show.start(EIDKERN_CLI, {"card", "show", "--json"});
        QVERIFY(show.waitForFinished(30'000));
        const auto card = QJsonDocument::fromJson(show.readAllStandardOutput()).object();
        QCOMPARE(card["type"].toString(), "CardCertified");
        QCOMPARE(card["features"].toObject()["verifyPin"].toBool(), pad);

        const auto found = doctor();
        QCOMPARE(found.of("card").value(0)["facts"].toObject()["type"].toString(), "CardCertified");
        QCOMPARE(found.of("card").value(0)["health"].toString(), health);
        QCOMPARE(found.code, code);
        serve.terminate();
        QVERIFY(serve.waitForFinished(5'000));
    }

    void aDaemonThatHangs()
    {
        daemon_.hang(true);
        const auto found = doctor();
        daemon_.hang(false);
        QCOMPARE(found.code, 12);
        QCOMPARE(found.of("pcsc").value(0)["facts"].toObject()["service"].toString(), "silent");
        QCOMPARE(found.of("login").value(0)["health"].toString(), "ok");
    }

    void aDaemonThatIsKilled()
    {
        daemon_.kill();
        const auto found = doctor();
        QCOMPARE(found.of("pcsc").value(0)["facts"].toObject()["service"].toString(), "nobody-listens");
    }
};

int main(int argc, char** argv)
{
    if (eidkern::test::Daemon::program().isEmpty())
    {
        std::fprintf(stderr, "not run: pcscd is not installed\n");
        return 77;
    }
    QCoreApplication application(argc, argv);
    doctor_e2e_test tests;
    return QTest::qExec(&tests, argc, argv);
}
#include "doctor_e2e_test.moc"
