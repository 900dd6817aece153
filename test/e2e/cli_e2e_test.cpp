// The command line as two programs beside a real pcscd: one simulates the card, the other one finds it in its reader.
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include "e2e/daemon.h"
#include "eidkern/engine.h"
#include "eidkern/lab.h"
#include "eidkern/readers.h"

using namespace eidkern;

class cli_e2e_test : public QObject
{
    Q_OBJECT

    static QJsonObject run(const QStringList& arguments, int& code)
    {
        QProcess process;
        process.start(EIDKERN_CLI, arguments);
        process.waitForFinished(30'000);
        code = process.exitCode();
        return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    }

    static void atTheTerminal(const PublicLab& lab, const QString& cvca) // consent is typed, the PIN comes through a descriptor
    {
        const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        QVERIFY(terminal >= 0 && ::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0);
        const QString name = ::ptsname(terminal);
        int pin[2];
        QCOMPARE(::pipe(pin), 0); // no O_CLOEXEC: the child shall have it
        QCOMPARE(::write(pin[1], "123456\n", 7), ssize_t(7));
        QProcess process;
        process.setStandardInputFile(name);
        process.setStandardOutputFile(name);
        process.start(EIDKERN_CLI, {"self-auth", QString::fromStdString(lab.selfAuthUrl()), "--lang", "en", "--card", "pcsc:Virtual Reader 00 00", "--pin-fd",
                                    QString::number(pin[0]), "--cvca", cvca});
        QVERIFY(process.waitForStarted());
        QByteArray screen;
        bool consented = false;
        const auto over = [&] {
            char block[4096];
            for (ssize_t n; (n = ::read(terminal, block, sizeof block)) > 0;) screen.append(block, n);
            if (!consented && screen.contains("Send")) consented = ::write(terminal, "y\n", 2) == 2;
            return process.state() == QProcess::NotRunning;
        };
        QTRY_VERIFY2_WITH_TIMEOUT(over(), screen, 30'000);
        over();
        QVERIFY2(process.exitCode() == 0 && screen.contains("Sandwig") && screen.contains("Card found: Virtual Reader 00 00"), screen);
        for (const int fd : {terminal, pin[0], pin[1]}) ::close(fd);
    }

private Q_SLOTS:
    void aLogin()
    {
        test::Daemon daemon;
        daemon.addReader("Virtual Reader", "v:unix=" + daemon.path("card") + ":events=1", daemon.path("libifd_virtual.so"));
        QVERIFY2(daemon.start(), daemon.log());

        LabSettings settings;
        settings.pkiFolder = daemon.path("pki").toStdString();
        const auto lab = PublicLab::start(settings).value();
        QProcess serve;
        serve.start(EIDKERN_CLI, {"card", "serve", "--cvca", daemon.path("pki/cvca.cvcert"), "--vpcd", daemon.path("card")});
        QVERIFY(serve.waitForStarted());

        auto engine = std::make_unique<Engine>(
            EngineSettings{.trustAnchors = {TrustAnchor::parse(lab->cvca()).value()}, .cards = {}, .log = {}, .pcscReaders = true});
        std::string reader, outcome;
        engine->selfAuthenticate(lab->selfAuthUrl(), [&](Event& event) {
            if (const auto* rights = std::get_if<RightsAsked>(&event)) engine->grant(rights->id, rights->optional);
            if (const auto* found = std::get_if<CardFound>(&event)) reader = found->reader;
            if (const auto* password = std::get_if<PasswordAsked>(&event)) engine->enter(password->id, Secret("123456"));
            if (const auto* end = std::get_if<WorkflowFinished>(&event)) outcome = end->failure ? std::string(name(end->failure->code)) : "success";
        });
        QTRY_VERIFY_WITH_TIMEOUT(!outcome.empty(), 30'000);
        QCOMPARE(outcome, "success");
        QCOMPARE(reader, "Virtual Reader 00 00");
        engine.reset();
        QTRY_VERIFY_WITH_TIMEOUT(finishPcsc(std::chrono::milliseconds(0)), 10'000);

        int code = -1;
        const auto readers = run({"readers", "--json"}, code);
        QCOMPARE(code, 0);
        QCOMPARE(readers["readers"].toArray().size(), 1);
        QVERIFY(readers["readers"].toArray()[0].toObject()["card"].toBool());
        QVERIFY(!readers["readers"].toArray()[0].toObject()["features"].toObject()["pace"].toBool(true));
        const auto card = run({"card", "show", "--json"}, code);
        QCOMPARE(code, 0);
        QCOMPARE(card["type"].toString(), "CardCertified");
        QCOMPARE(card["triesLeft"].toInt(), 3);
        atTheTerminal(*lab, daemon.path("pki/cvca.cvcert"));
        run({"card", "show", "--reader", "Another Reader 00 00"}, code);
        QCOMPARE(code, 11);

        serve.terminate();
        QVERIFY(serve.waitForFinished(5'000));
        QCOMPARE(serve.exitCode(), 0);
        daemon.stop();
        run({"readers", "--json"}, code);
        QCOMPARE(code, 12);
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
    cli_e2e_test tests;
    return QTest::qExec(&tests, argc, argv);
}
#include "cli_e2e_test.moc"
