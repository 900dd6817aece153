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

    static int descriptorOf(const QByteArray& line) // from which a child reads it
    {
        int ends[2];
        if (::pipe(ends) != 0 || ::write(ends[1], line.constData(), std::size_t(line.size())) != line.size()) qFatal("no pipe");
        ::close(ends[1]);
        return ends[0];
    }

    static std::string loginWith(const PublicLab& lab, const std::string& pin) // through pcscd; "success" or a code, and the reader
    {
        auto engine = std::make_unique<Engine>(
            EngineSettings{.trustAnchors = {TrustAnchor::parse(lab.cvca()).value()}, .cards = {}, .log = {}, .pcscReaders = true});
        std::string reader, outcome;
        engine->selfAuthenticate(lab.selfAuthUrl(), [&](Event& event) {
            if (const auto* rights = std::get_if<RightsAsked>(&event)) engine->grant(rights->id, rights->optional);
            if (const auto* found = std::get_if<CardFound>(&event)) reader = found->reader;
            if (const auto* password = std::get_if<PasswordAsked>(&event)) engine->enter(password->id, Secret(pin));
            if (const auto* end = std::get_if<WorkflowFinished>(&event)) outcome = end->failure ? std::string(name(end->failure->code)) : "success";
        });
        (void)QTest::qWaitFor([&] { return !outcome.empty(); }, 30'000);
        engine.reset();
        (void)QTest::qWaitFor([] { return finishPcsc(std::chrono::milliseconds(0)); }, 10'000);
        return outcome + " in " + reader;
    }

    test::Daemon daemon; // one for all tests: pcsc-lite remembers where it was

private Q_SLOTS:
    void init()
    {
        daemon.addReader("Virtual Reader", "v:unix=" + daemon.path("card") + ":events=1", daemon.path("libifd_virtual.so"));
        QVERIFY2(daemon.start(), daemon.log());
    }
    void cleanup() { daemon.stop(); }

    void aLogin()
    {
        LabSettings settings;
        settings.pkiFolder = daemon.path("pki").toStdString();
        const auto lab = PublicLab::start(settings).value();
        QProcess serve;
        serve.start(EIDKERN_CLI, {"card", "serve", "--cvca", daemon.path("pki/cvca.cvcert"), "--vpcd", daemon.path("card")});
        QVERIFY(serve.waitForStarted());

        QCOMPARE(loginWith(*lab, "123456"), "success in Virtual Reader 00 00");

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

    void aNewPin() // the transport PIN is replaced by the command line, and a login goes with the new one only
    {
        LabSettings settings;
        settings.pkiFolder = daemon.path("pki").toStdString();
        const auto lab = PublicLab::start(settings).value();
        QProcess serve;
        serve.start(EIDKERN_CLI, {"card", "serve", "--persona", "transport-pin", "--cvca", daemon.path("pki/cvca.cvcert"), "--vpcd", daemon.path("card")});
        QVERIFY(serve.waitForStarted());
        int code = -1;
        QTRY_VERIFY_WITH_TIMEOUT(run({"card", "info", "--json"}, code)["pinState"] == "ok", 30'000);

        const int pin = descriptorOf("12345\n"), newPin = descriptorOf("314159\n");
        QProcess change;
        change.start(EIDKERN_CLI, {"change-pin", "--pin-fd", QString::number(pin), "--new-pin-fd", QString::number(newPin), "--lang", "en"});
        QVERIFY(change.waitForFinished(30'000));
        for (const int fd : {pin, newPin}) ::close(fd);
        const auto said = change.readAllStandardOutput();
        QVERIFY2(change.exitCode() == 0 && said.contains("The new PIN is set."), said + change.readAllStandardError());

        QCOMPARE(loginWith(*lab, "314159"), "success in Virtual Reader 00 00");
        const int old = descriptorOf("12345\n");
        QProcess check;
        check.start(EIDKERN_CLI, {"check-pin", "--card", "pcsc:Virtual Reader 00 00", "--pin-fd", QString::number(old)});
        QVERIFY(check.waitForFinished(30'000));
        ::close(old);
        QCOMPARE(check.exitCode(), 10);
        QCOMPARE(run({"card", "show", "--json"}, code)["triesLeft"].toInt(), 2);

        serve.terminate();
        QVERIFY(serve.waitForFinished(5'000));
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
