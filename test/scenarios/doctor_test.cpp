// `eidkern doctor` and `eidkern bundle` as their users meet them, with a home, a PC/SC service and a port of the test's own.
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QtTest>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "card/simulator/persona_json.h"
#include "e2e/terminal.h"
#include "eidkern/cards.h"
#include "eidkern/lab.h"
#include "scenarios/log_check.h"
#include "support/plain_client.h"
#include "support/web_socket_client.h"

using namespace eidkern;

class doctor_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> home_;
    QProcessEnvironment environment_;

    struct Outcome
    {
        int code = -1;
        QByteArray out, err;

        QJsonObject doctor() const { return QJsonDocument::fromJson(out).object(); }
        QJsonObject check(const QString& id) const
        {
            for (const auto& each : doctor()["checks"].toArray())
                if (each.toObject()["id"].toString() == id) return each.toObject();
            return {};
        }
        QString health(const QString& id) const { return check(id)["health"].toString(); }
    };

    Outcome run(const QStringList& arguments) const // the event loop goes on: servers of the test answer
    {
        QProcess process;
        process.setProcessEnvironment(environment_);
        process.setWorkingDirectory(home_->path());
        process.start(EIDKERN_CLI, arguments);
        if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 60'000)) return {-1, process.readAll(), "hangs"};
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }
    Outcome doctor(const QStringList& more = {}) const { return run(QStringList{"doctor", "--json", "--lang", "en"} + more); }

    static QByteArray contentOf(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    struct UnixListener // a service that takes connections, as the kernel does for it, and never answers
    {
        explicit UnixListener(const QByteArray& path, bool listening = true) : fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
        {
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            std::copy(path.begin(), path.end(), address.sun_path);
            if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || (listening && ::listen(fd, 8) != 0)) qFatal("no socket");
        }
        UnixListener(const UnixListener&) = delete;
        ~UnixListener() { ::close(fd); }
        int fd;
    };

    void keepRoot(const char* kind) const { QCOMPARE(run({"trust", "import", home_->filePath("pki/cvca.cvcert"), kind}).code, 0); }

    void makePki() const
    {
        QProcess lab;
        lab.setProcessEnvironment(environment_);
        lab.start(EIDKERN_CLI, {"lab", "--json", "--pki", home_->filePath("pki")});
        QVERIFY(lab.waitForReadyRead(60'000));
        lab.terminate();
        QVERIFY(lab.waitForFinished(10'000));
    }

    void holdsNothingPersonal(const QByteArray& content) const
    {
        const auto persona = card::parsePersona(SimulatedCard::builtInPersona("adult")).value();
        auto words = test::forbiddenOf(persona);
        QVERIFY(words.end() != std::ranges::find(words, "Sandwig"));
        words.push_back(home_->path().toStdString());
        char host[256] = {};
        QCOMPARE(::gethostname(host, sizeof host - 1), 0);
        for (const char* word : {static_cast<const char*>(host), static_cast<const char*>(::getpwuid(::geteuid())->pw_name)})
        {
            const QRegularExpression whole("(?<![\\w-])" + QRegularExpression::escape(word) + "(?![\\w-])");
            QVERIFY2(!whole.match(QString::fromUtf8(content)).hasMatch(), word);
        }
        QVERIFY(words.size() > 20);
        const auto lower = content.toLower();
        for (const auto& word : words)
        {
            if (word.size() < 4) continue; // parts of other words
            const auto plain = QByteArray::fromStdString(word).toLower();
            QVERIFY2(!lower.contains(plain), word.c_str());
            QVERIFY2(!lower.contains(plain.toHex()) && !lower.contains(QByteArray::fromStdString(word).toHex()), word.c_str());
            const auto bytes = QByteArray::fromHex(plain);
            for (const auto& encoded :
                 {QByteArray::fromStdString(word).toBase64(QByteArray::OmitTrailingEquals), bytes.toBase64(QByteArray::OmitTrailingEquals)})
                QVERIFY2(encoded.size() < 6 || !content.contains(encoded), word.c_str());
        }
    }

private slots:
    void init()
    {
        home_ = std::make_unique<QTemporaryDir>("/tmp/eidkern-doctor-XXXXXX"); // short: Unix sockets
        environment_ = QProcessEnvironment::systemEnvironment();
        environment_.insert("HOME", home_->path());
        environment_.insert("XDG_DATA_HOME", home_->filePath("data"));
        environment_.insert("XDG_STATE_HOME", home_->filePath("state"));
        environment_.insert("PCSCLITE_CSOCK_NAME", home_->filePath("pcscd"));
        for (const char* each : {"https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"}) environment_.remove(each);
    }

    void aMachineWithoutAnything()
    {
        const auto found = doctor({"--port", "1"});
        QCOMPARE(found.code, 12); // PC/SC is the first that failed
        QCOMPARE(found.doctor()["worst"].toString(), "fail");
        QCOMPARE(found.doctor()["exitCode"].toInt(), 12);
        QCOMPARE(found.check("pcsc")["facts"].toObject()["service"].toString(), "no-socket");
        QVERIFY(found.check("pcsc")["next"].toString().startsWith("systemctl start"));
        QCOMPARE(found.health("trust"), "warn");
        QCOMPARE(found.check("trust")["next"].toString(), "eidkern trust import FILE --production");
        for (const char* id : {"folder", "proxy", "clock", "curves", "login"}) QVERIFY2(found.health(id) == "ok", found.out);
        const auto profiles = found.check("login")["facts"].toObject();
        QCOMPARE(profiles.keys(), (QStringList{"ausweisapp-2.0", "conformance", "default"}));
        for (const auto& each : profiles) QCOMPARE(each.toString(), "success");
        QVERIFY(QDir(home_->path()).isEmpty()); // nothing was made
    }

    void forPeople()
    {
        const auto german = run({"doctor", "--lang", "de"}), english = run({"doctor", "--lang", "en"});
        QVERIFY2(german.out.contains("Vertrauensanker") && german.out.contains("pcscd läuft nicht") && german.out.contains("→ systemctl start"), german.out);
        QVERIFY2(english.out.contains("Trust anchors") && english.out.contains("FAILED"), english.out);
        QVERIFY(!english.out.contains('\033'));
    }

    void atATerminal() // nothing is wider than it, and there are colours; what follows in a line begins below its first word
    {
        qputenv("XDG_DATA_HOME", home_->path().toUtf8());
        for (const unsigned short columns : {80, 120})
        {
            test::Terminal terminal({"doctor", "--port", "1", "--lang", "de"}, columns);
            QVERIFY(QTest::qWaitFor([&] { return terminal.screen().size() > 0 && terminal.process.state() == QProcess::NotRunning; }, 60'000));
            auto shown = QString::fromUtf8(terminal.screen());
            QVERIFY2(shown.contains("\033[32mgut\033[0m"), qPrintable(shown));
            shown.remove(QRegularExpression("\033\\[[0-9;]*m")).remove('\r');
            const auto begin = shown.section("Produktion: ", 0, 0).section('\n', -1).size();
            for (const auto& line : shown.split('\n', Qt::SkipEmptyParts))
            {
                QVERIFY2(line.size() <= columns, qPrintable(line));
                QVERIFY2(line.startsWith("  ") && (line[2] != ' ' || (line.left(begin).trimmed().isEmpty() && line[begin] != ' ')), qPrintable(line));
            }
            QCOMPARE(shown.contains("für echte Ausweise werden nicht angenommen\n"), columns == 120);
        }
    }

    void aServiceThatHangs()
    {
        const UnixListener listener(home_->filePath("pcscd").toUtf8());
        const auto found = doctor();
        QCOMPARE(found.code, 12);
        QCOMPARE(found.check("pcsc")["facts"].toObject()["service"].toString(), "silent");
        QCOMPARE(found.health("login"), "ok"); // the other checks are done all the same
    }

    void aServiceThatHasEnded()
    {
        const UnixListener socket(home_->filePath("pcscd").toUtf8(), false);
        QCOMPARE(doctor().check("pcsc")["facts"].toObject()["service"].toString(), "nobody-listens");
    }

    void trustAnchors()
    {
        makePki();
        keepRoot("--test");
        const auto test = doctor();
        const QRegularExpression which("^production: none; test: DELABCVCA00001 \\(\\d{4}-\\d\\d-\\d\\d – \\d{4}-\\d\\d-\\d\\d\\); ");
        QVERIFY2(which.match(test.check("trust")["text"].toString()).hasMatch(), test.out);
        QCOMPARE(test.health("trust"), "warn"); // for tests alone
        QCOMPARE(test.check("trust")["facts"].toObject()["test"].toInt(), 1);
        QCOMPARE(run({"trust", "remove", test.check("trust")["facts"].toObject()["anchors"].toArray()[0].toObject()["holder"].toString()}).code, 0);
        keepRoot("--production");
        const auto production = doctor();
        QCOMPARE(production.health("trust"), "ok");
        QVERIFY(production.check("trust")["text"].toString().startsWith("production: DELABCVCA00001 (2"));
        QCOMPARE(production.health("clock"), "ok");

        QCOMPARE(::chmod(qPrintable(home_->filePath("data/eidkern/trust")), 0777), 0);
        const auto open = doctor();
        QCOMPARE(open.health("folder"), "fail");
        QVERIFY(open.check("folder")["next"].toString().startsWith("chmod 700 "));
        QCOMPARE(open.health("trust"), "warn"); // what is in there does not count
    }

    void proxies_data()
    {
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("health");
        QTest::newRow("good") << "http://anna:topsecret@proxy.example:3128" << "ok";
        QTest::newRow("with TLS") << "https://anna:topsecret@proxy.example:3128" << "fail";
        QTest::newRow("nonsense") << "topsecret" << "fail";
    }
    void proxies()
    {
        QFETCH(QString, value);
        QFETCH(QString, health);
        environment_.insert("https_proxy", value);
        const auto found = doctor();
        QCOMPARE(found.health("proxy"), health);
        QVERIFY2(!found.out.contains("topsecret") && !found.out.contains("anna"), found.out);
        if (health == "ok") QVERIFY(found.check("proxy")["text"].toString().contains("proxy.example:3128"));
    }

    void whoHasThePort()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        QObject::connect(&other, &QTcpServer::newConnection, &other, [&other] {
            auto* connection = other.nextPendingConnection();
            QObject::connect(connection, &QTcpSocket::readyRead, connection, [connection] {
                if (!connection->readAll().startsWith("GET /eID-Client?Status=json HTTP/1.1\r\n")) return;
                connection->write(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"Implementation-Title\": \"Another\\u001b[31m\", \"Implementation-Version\": \"2.3\"}");
                connection->disconnectFromHost();
            });
        });
        const auto port = QString::number(other.serverPort());
        const auto found = doctor({"--port", port}).check("port");
        QCOMPARE(found["health"].toString(), "warn");
        QVERIFY2(found["text"].toString().startsWith("taken by Another?[31m 2.3"), qPrintable(found["text"].toString()));
        QCOMPARE(found["facts"].toObject()["process"].toInt(), int(::getpid()));
        other.pauseAccepting(); // the kernel still takes connections
        const auto silent = doctor({"--port", port}).check("port");
        QVERIFY(silent["text"].toString().startsWith("taken by a program that tells no status"));
        other.close();
        QCOMPARE(doctor({"--port", port}).health("port"), "ok");
    }

    void aBundle() // after a whole login with a log: nothing of the card, of its passwords, or of this user
    {
        const auto log = home_->filePath("log");
        QCOMPARE(run({"demo", "--json", "--log", log}).code, 0);
        const auto login = run({"demo", "--json"}); // somebody mistakes the output for the log
        QFile both(log);
        QVERIFY(both.open(QIODevice::Append));
        const auto engineLines = int(contentOf(log).count('\n')), outputLines = int(login.out.count('\n'));
        both.write(login.out);
        both.close();
        const auto made = run({"bundle", "bundle.json", "--log", log, "--lang", "en"});
        QVERIFY2(made.code == 0, made.err);

        const auto path = home_->filePath("bundle.json");
        struct stat about{};
        QVERIFY(::stat(qPrintable(path), &about) == 0 && (about.st_mode & 0777) == 0600);
        const auto content = contentOf(path);
        const auto bundle = QJsonDocument::fromJson(content).object();
        QCOMPARE(bundle["log"].toArray().size(), engineLines); // all of the engine's, none of the others
        QCOMPARE(bundle["logLinesLeftOut"].toInt(), outputLines);
        QVERIFY(bundle["versions"].toObject()["eidkern"].toString().startsWith("0."));
        QCOMPARE(bundle["doctor"].toObject()["event"].toString(), "doctor");

        holdsNothingPersonal(content);
        QVERIFY(login.out.contains("Sandwig")); // there was something to find
    }

    void aBundleOfTheService() // its own log, after logins of a browser and of an application that sends the PIN
    {
        const auto lab = PublicLab::start({}).value();
        QFile root(home_->filePath("root"));
        QVERIFY(root.open(QIODevice::WriteOnly));
        root.write(reinterpret_cast<const char*>(lab->cvca().data()), qint64(lab->cvca().size()));
        root.close();
        QProcess serve;
        serve.setProcessEnvironment(environment_);
        serve.start(EIDKERN_CLI, {"serve", "--port", "0", "--cvca", root.fileName(), "--json", "--basic-reader", "--consent", "auto"});
        QVERIFY(QTest::qWaitFor([&] { return serve.canReadLine(); }, 60'000));
        const auto port = quint16(QJsonDocument::fromJson(serve.readLine()).object()["port"].toInt());
        {
            test::PlainClient browser(port);
            browser.send("GET /eID-Client?tcTokenURL=" + QUrl::toPercentEncoding(QString::fromStdString(lab->tcTokenUrl()))
                         + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(port) + "\r\n\r\n");
            QVERIFY(browser.reply().contains("ResultMajor=ok"));
        }
        {
            test::WebSocketClient client(port);
            client.send(R"({"cmd":"GET_STATUS"})");
            client.send(R"({"cmd":"RUN_AUTH","tcTokenURL":")" + QByteArray::fromStdString(lab->tcTokenUrl()) + R"("})");
            QByteArray said;
            const auto until = [&](const char* name) {
                do said = client.text();
                while (!said.isEmpty() && !said.contains("\"msg\":\"" + QByteArray(name) + "\""));
            };
            until("ACCESS_RIGHTS");
            client.send(R"({"cmd":"ACCEPT"})");
            until("INSERT_CARD");
            client.send(R"({"cmd":"SET_CARD","name":"Simulator"})");
            until("ENTER_PIN");
            client.send(R"({"cmd":"SET_PIN","value":"123456"})");
            until("AUTH");
            QVERIFY2(said.contains("ResultMajor=ok"), said);
        }
        serve.terminate();
        QVERIFY(QTest::qWaitFor([&] { return serve.state() == QProcess::NotRunning; }, 60'000));

        const auto made = run({"bundle", "bundle.json"});
        QVERIFY2(made.code == 0, made.err);
        const auto content = contentOf(home_->filePath("bundle.json"));
        const auto log = QJsonDocument::fromJson(content).object()["log"].toArray();
        QCOMPARE(log.size(), int(contentOf(home_->filePath("state/eidkern/serve.log")).count('\n')));
        QVERIFY2(content.contains("SET_PIN") && content.contains("\"tls.opened\"") && content.contains("\"SendEac2\""), content);
        QVERIFY(!content.contains("GET_STATUS"));
        holdsNothingPersonal(content);
        const auto without = run({"bundle", "without.json", "--log", "none"});
        QVERIFY(without.code == 0 && QJsonDocument::fromJson(contentOf(home_->filePath("without.json"))).object()["log"].toArray().isEmpty());
    }

    void aBundleOverwritesNothing()
    {
        QVERIFY(QFile::link(home_->filePath("target"), home_->filePath("link")));
        const auto through = run({"bundle", "link", "--lang", "en"});
        QCOMPARE(through.code, 2);
        QVERIFY2(through.err.contains("link: "), through.err);
        QVERIFY(!QFileInfo::exists(home_->filePath("target")));
        QCOMPARE(run({"bundle", "--log", "/no/such/log"}).code, 2);
        const auto named = QJsonDocument::fromJson(run({"bundle", "--json"}).out).object()["file"].toString();
        QVERIFY(named.startsWith("eidkern-bundle-") && QFileInfo::exists(home_->filePath(named)));
    }
};

QTEST_GUILESS_MAIN(doctor_test)
#include "doctor_test.moc"
