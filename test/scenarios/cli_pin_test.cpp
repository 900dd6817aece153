// The commands change-pin, unblock and check-pin as their users meet them: in scripts, where everything comes through descriptors, and
// at a terminal.
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

class cli_pin_test : public QObject
{
    Q_OBJECT

    struct Outcome
    {
        int code = -1;
        QByteArray out, err;

        QStringList said() const // "PIN 3", "new PIN", and where the card was used: "PACE", "change"
        {
            QStringList all;
            for (const auto& line : out.trimmed().split('\n'))
            {
                const auto event = QJsonDocument::fromJson(line).object();
                if (event["event"] == "password") all << event["password"].toString() + " " + QString::number(event["triesLeft"].toInt());
                if (event["event"] == "newPin") all << "new PIN";
                if (event["state"] == "EstablishPace" && event["event"] == "state") all << "PACE";
                if (event["state"] == "ChangePin" && event["event"] == "state") all << "change";
            }
            return all;
        }
    };

    // `lines`: option and the line that is read through its descriptor
    static Outcome run(QStringList arguments, const QList<std::pair<QString, QByteArray>>& lines = {})
    {
        QList<int> descriptors;
        for (const auto& [option, line] : lines)
        {
            int ends[2]; // no O_CLOEXEC: the child shall have it
            if (::pipe(ends) != 0 || ::write(ends[1], line.constData(), std::size_t(line.size())) != line.size()) qFatal("no pipe");
            ::close(ends[1]);
            arguments << option << QString::number(ends[0]);
            descriptors << ends[0];
        }
        QProcess process;
        process.start(EIDKERN_CLI, arguments);
        process.closeWriteChannel();
        const bool ended = process.waitForFinished(60'000);
        for (const int each : descriptors) ::close(each);
        if (!ended) return {-1, process.readAllStandardOutput(), "hangs"};
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }

    // At a terminal: each time when the first text appears after what was said before, the second is typed.
    static Outcome talk(const QStringList& arguments, QList<std::pair<QByteArray, QByteArray>> dialogue)
    {
        const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) qFatal("no terminal");
        const QString name = ::ptsname(terminal);
        QProcess process;
        process.setStandardInputFile(name);
        process.setStandardOutputFile(name);
        process.start(EIDKERN_CLI, arguments + QStringList{"--lang", "en"});
        process.waitForStarted();
        QByteArray screen;
        qsizetype answered = 0;
        const auto over = [&] {
            char block[4096];
            for (ssize_t n; (n = ::read(terminal, block, sizeof block)) > 0;) screen.append(block, n);
            if (dialogue.isEmpty() || screen.indexOf(dialogue.front().first, answered) < 0) return process.state() == QProcess::NotRunning;
            answered = screen.indexOf(dialogue.front().first, answered) + dialogue.front().first.size();
            const auto line = dialogue.takeFirst().second + '\n';
            if (::write(terminal, line.constData(), std::size_t(line.size())) != line.size()) qFatal("the terminal is full");
            return process.state() == QProcess::NotRunning;
        };
        const bool ended = QTest::qWaitFor(over, 20'000);
        over();
        ::close(terminal);
        if (!ended || !dialogue.isEmpty()) return {-1, screen, dialogue.isEmpty() ? QByteArray("hangs") : "never asked: " + dialogue.front().first};
        return {process.exitCode(), screen, process.readAllStandardError()};
    }

    static QStringList change(const char* persona) { return {"change-pin", "--json", "--card", QString("sim:") + persona}; }

private Q_SLOTS:
    void inScripts_data()
    {
        using Lines = QList<std::pair<QString, QByteArray>>;
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<Lines>("lines");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("said");
        QTest::addColumn<QByteArray>("error");
        const auto row = [](const char* name, const QStringList& arguments, const Lines& lines, int code, const QString& said, const QByteArray& error = {}) {
            QTest::newRow(name) << arguments << lines << code << said << error;
        };
        const std::pair<QString, QByteArray> pin{"--pin-fd", "123456\n"}, can{"--can-fd", "500540\n"}, puk{"--puk-fd", "9876543210\n"},
            wrong{"--pin-fd", "111111\n"}, newPin{"--new-pin-fd", "314159"};
        row("a new PIN", change("adult"), {pin, newPin}, 0, "PIN 3, PACE, new PIN, change");
        row("the transport PIN", change("transport-pin"), {{"--pin-fd", "12345\n"}, newPin}, 0, "PIN 3, PACE, new PIN, change");
        row("a blocked PIN", change("pin-blocked"), {puk, pin, newPin}, 0, "PUK 0, PACE, PIN 3, PACE, new PIN, change");
        row("a wrong PIN costs one try and no more", change("adult"), {wrong, newPin}, 10, "PIN 3, PACE, PIN 2", "not tried again");
        row("a wrong PIN is not tried again after the CAN", change("one-try-left") << "--last-try", {wrong, can, newPin}, 10, "PIN 2, PACE, CAN 1, PACE, PIN 1",
            "not tried again");
        row("the last try is not used without consent", change("wrong-pin-twice"), {pin, can, newPin}, 10, "CAN 1, PACE, PIN 1", "--last-try");
        row("the last try is used with consent", change("wrong-pin-twice") << "--last-try", {pin, can, newPin}, 0, "CAN 1, PACE, PIN 1, PACE, new PIN, change");
        row("nobody to ask for the PIN", change("adult"), {newPin}, 10, "PIN 3", "--pin-fd");
        row("nobody to ask for the CAN", change("wrong-pin-twice"), {pin, newPin}, 10, "CAN 1", "--can-fd");
        row("nobody to ask for the PUK", change("pin-blocked"), {pin, newPin}, 10, "PUK 0", "--puk-fd");
        row("nobody to ask for the new PIN", change("adult"), {pin}, 10, "PIN 3, PACE, new PIN", "--new-pin-fd");
        row("a new PIN that is too short", change("adult"), {pin, {"--new-pin-fd", "31415\n"}}, 10, "PIN 3, PACE, new PIN", "six digits");
        row("a new PIN with a letter", change("adult"), {pin, {"--new-pin-fd", "31415g\n"}}, 10, "PIN 3, PACE, new PIN", "six digits");
        for (const char* trivial : {"000000", "123456", "210987", "454545", "311299", "991231", "198704"})
        {
            row(trivial, change("adult"), {pin, {"--new-pin-fd", trivial}}, 10, "PIN 3, PACE, new PIN", "--allow-trivial");
            row((std::string("allowed ") + trivial).c_str(), change("adult") << "--allow-trivial", {pin, {"--new-pin-fd", trivial}}, 0,
                "PIN 3, PACE, new PIN, change");
        }
        row("no descriptor", change("adult") << "--pin-fd" << "77", {}, 2, "", "--pin-fd 3 3<FILE");
        row("no such card", change("nobody"), {pin, newPin}, 2, "", "nobody");
        const QStringList unblock{"unblock", "--json", "--card"}, check{"check-pin", "--json", "--card"};
        row("unblocked", QStringList(unblock) << "sim:pin-blocked", {puk}, 0, "PUK 0, PACE");
        row("a wrong PUK", QStringList(unblock) << "sim:pin-blocked", {{"--puk-fd", "1111111111"}}, 10, "PUK 0, PACE, PUK 0", "not tried again");
        row("the PUK is used up", QStringList(unblock) << "sim:puk-used-up", {puk}, 11, "PUK 0, PACE");
        row("not blocked: no PUK is used", QStringList(unblock) << "sim:adult", {puk}, 0, "");
        row("the PIN is right", QStringList(check) << "sim:adult", {pin}, 0, "PIN 3, PACE");
        row("the PIN is wrong", QStringList(check) << "sim:adult", {wrong}, 10, "PIN 3, PACE, PIN 2", "not tried again");
        row("the CAN is right", QStringList(check) << "sim:adult" << "--password" << "can", {can}, 0, "CAN 3, PACE");
        row("the PUK is right", QStringList(check) << "sim:adult" << "--password" << "PUK", {puk}, 0, "PUK 3, PACE");
        row("the PIN cannot be used", QStringList(check) << "sim:eid-deactivated", {pin}, 11, "");
        row("no such password", QStringList(check) << "sim:adult" << "--password" << "MRZ", {pin}, 2, "", "MRZ");
    }
    void inScripts()
    {
        QFETCH(QStringList, arguments);
        using Lines = QList<std::pair<QString, QByteArray>>;
        QFETCH(Lines, lines);
        QFETCH(int, code);
        QFETCH(QString, said);
        QFETCH(QByteArray, error);
        const QTemporaryDir home;
        const auto outcome = run(arguments + QStringList{"--log", home.filePath("log"), "--lang", "en"}, lines);
        QVERIFY2(outcome.code == code, outcome.out + outcome.err);
        QCOMPARE(outcome.said().join(", "), said);
        QVERIFY2(error.isEmpty() ? outcome.err.isEmpty() : outcome.err.contains(error), outcome.err);
        QFile log(home.filePath("log"));
        const auto logged = log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
        for (const auto& [option, line] : lines)
            QVERIFY2(!outcome.out.contains(line.trimmed()) && !outcome.err.contains(line.trimmed()) && !logged.contains(line.trimmed()), line);
    }

    void theNewPinIsTypedTwiceAndNotSeen()
    {
        const auto done = talk({"change-pin", "--card", "sim:transport-pin"}, {{"transport PIN", "123"}, // refused here, not by the card
                                                                               {"5–6", ""}, // an empty line is no PIN, either
                                                                               {"transport PIN", "12345"},
                                                                               {"New PIN (six digits): ", "31415"},
                                                                               {"New PIN (six digits): ", "123456"},
                                                                               {"[y/N] ", "n"},
                                                                               {"New PIN (six digits): ", "314159"},
                                                                               {"New PIN again: ", "314158"},
                                                                               {"New PIN (six digits): ", "271828"},
                                                                               {"New PIN again: ", "271828"}});
        QVERIFY2(done.code == 0, done.out + done.err);
        QVERIFY2(done.out.contains("different") && done.out.contains("The new PIN is set."), done.out);
        QCOMPARE(done.err, ""); // no complaints of Qt's about notifiers, either
        for (const char* secret : {"314159", "314158", "271828", "123456"}) QVERIFY2(!done.out.contains(secret), done.out);
    }

    void anEasyPinCanBeInsistedOn()
    {
        const auto done = talk({"change-pin", "--card", "sim"},
                               {{"transport PIN", "123456"}, {"New PIN (six digits): ", "241299"}, {"[y/N] ", "y"}, {"New PIN again: ", "241299"}});
        QVERIFY2(done.code == 0 && done.out.contains("date"), done.out + done.err);
    }

    void theLastTryIsAQuestion_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<int>("code");
        QTest::newRow("yes") << QByteArray("y") << 0;
        QTest::newRow("no") << QByteArray("n") << 10;
        QTest::newRow("just Enter") << QByteArray() << 10;
    }
    void theLastTryIsAQuestion()
    {
        QFETCH(QByteArray, answer);
        QFETCH(int, code);
        QList<std::pair<QByteArray, QByteArray>> dialogue{{"(CAN): ", "500540"}, {"Use the last try? [y/N] ", answer}};
        if (code == 0) dialogue.append(std::pair<QByteArray, QByteArray>("transport PIN", "123456"));
        const auto done = talk({"check-pin", "--card", "sim:wrong-pin-twice"}, dialogue);
        QVERIFY2(done.code == code && done.out.contains("This is the last try."), done.out + done.err);
    }

    void whyNoCardCanCome()
    {
        QTemporaryDir folder;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("PCSCLITE_CSOCK_NAME", folder.filePath("nobody"));
        QProcess process;
        process.setProcessEnvironment(environment);
        process.start(EIDKERN_CLI, {"check-pin", "--lang", "en"});
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((process.waitForReadyRead(10), said += process.readAllStandardOutput()).contains("systemctl start pcscd.socket"), 30'000);
        QVERIFY2(said.contains("Please put the card on the reader."), said);
        process.terminate();
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.exitCode(), 10);
    }

    void inBothLanguages()
    {
        for (const auto& [language, text] : {std::pair{"de", "Die PIN ist nicht gesperrt"}, std::pair{"en", "The PIN is not blocked"}})
        {
            const auto done = run({"unblock", "--card", "sim", "--lang", language});
            QVERIFY2(done.code == 0 && done.out.contains(text), done.out + done.err);
        }
    }
};

QTEST_GUILESS_MAIN(cli_pin_test)
#include "cli_pin_test.moc"
