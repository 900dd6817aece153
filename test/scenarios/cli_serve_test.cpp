// `eidkern serve` as a program: its port file, its identity, its automatic mode, its token, its end, and an application that logs in.
#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTcpServer>
#include <QUrl>
#include <QtTest>
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eidkern/lab.h"
#include "support/plain_client.h"
#include "support/seeded_random.h"
#include "support/web_socket_client.h"

using namespace eidkern;
using namespace eidkern::test;

class cli_serve_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<PublicLab> lab_;
    std::unique_ptr<QTemporaryDir> home_;
    QProcessEnvironment environment_;
    std::unique_ptr<QProcess> serve_;
    quint16 port_ = 0;

    QStringList arguments(const QStringList& more) const
    {
        const auto root = more.contains("--trust-store") ? QStringList{} : QStringList{"--cvca", home_->filePath("root")};
        return QStringList{"serve", "--port", "0", "--json", "--lang", "en"} + root + more;
    }
    bool start(const QStringList& more = {})
    {
        serve_ = std::make_unique<QProcess>();
        serve_->setProcessEnvironment(environment_);
        serve_->start(EIDKERN_CLI, arguments(more));
        if (!QTest::qWaitFor([this] { return serve_->canReadLine() || serve_->state() == QProcess::NotRunning; }, 20'000)) return false;
        const auto line = serve_->readLine();
        port_ = quint16(QJsonDocument::fromJson(line).object()["port"].toInt());
        return port_ != 0;
    }
    int fails(const QStringList& more) // how it ends when it does not start
    {
        if (start(more)) return -1;
        return QTest::qWaitFor([this] { return serve_->state() == QProcess::NotRunning; }, 20'000) ? serve_->exitCode() : -2;
    }
    int stop()
    {
        serve_->terminate();
        return QTest::qWaitFor([this] { return serve_->state() == QProcess::NotRunning; }, 20'000) ? serve_->exitCode() : -1;
    }
    QByteArray get(const QByteArray& target) const { return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(port_) + "\r\n\r\n"; }
    QByteArray login() const { return get("/eID-Client?tcTokenURL=" + QUrl::toPercentEncoding(QString::fromStdString(lab_->tcTokenUrl()))); }
    QByteArray browse(const QByteArray& request) const // where it leads, else the status line
    {
        PlainClient browser(port_);
        browser.send(request);
        const auto reply = browser.reply();
        const auto location = PlainClient::header(reply, "Location");
        return location.isEmpty() ? reply.left(reply.indexOf('\r')) : location.mid(location.indexOf("ResultMajor"));
    }
    QStringList temporary(const QString& pattern) const { return QDir(home_->filePath("tmp")).entryList({pattern}, QDir::Files); }
    int modeOf(const QString& name) const
    {
        struct stat about{};
        return ::stat(qPrintable(home_->filePath(name)), &about) == 0 ? int(about.st_mode & 07777) : -1;
    }
    void write(const QString& name, const QByteArray& content) const
    {
        QFile file(home_->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }

    static QJsonObject parsed(const QByteArray& text) { return QJsonDocument::fromJson(text).object(); }
    static QJsonObject next(WebSocketClient& client, const char* name) // message of this name
    {
        for (int i = 0; i < 50; ++i)
        {
            const auto message = parsed(client.text());
            if (message.isEmpty() || message["msg"] == QLatin1String(name)) return message;
        }
        return {};
    }

private slots:
    void initTestCase() { lab_ = PublicLab::start({}).value(); }
    void init()
    {
        home_ = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir(home_->path()).mkdir("tmp"));
        environment_ = QProcessEnvironment::systemEnvironment();
        for (const auto& each : environment_.keys())
            if (each.startsWith("EIDKERN_") || each.startsWith("AUSWEISAPP")) environment_.remove(each);
        environment_.insert("XDG_DATA_HOME", home_->filePath("data"));
        environment_.insert("XDG_STATE_HOME", home_->filePath("state"));
        environment_.insert("TMPDIR", home_->filePath("tmp"));
        const auto root = lab_->cvca();
        write("root", {reinterpret_cast<const char*>(root.data()), qsizetype(root.size())});
    }
    void cleanup()
    {
        if (serve_ && serve_->state() != QProcess::NotRunning) stop();
        serve_.reset();
        home_.reset();
    }

    void anApplicationLogsIn() // without a terminal, without --consent
    {
        QVERIFY(start());
        {
            WebSocketClient client(port_);
            QCOMPARE(client.status(), 101);
            const auto reader = next(client, "READER"); // unasked
            QCOMPARE(reader["name"].toString(), "Simulator");
            client.send(R"({"cmd":"RUN_AUTH","tcTokenURL":")" + QByteArray::fromStdString(lab_->tcTokenUrl()) + R"("})");
            QVERIFY(!next(client, "ACCESS_RIGHTS").isEmpty());
            client.send(R"({"cmd":"ACCEPT"})");
            QVERIFY(!next(client, "INSERT_CARD").isEmpty());
            client.send(R"({"cmd":"SET_CARD","name":"Simulator"})");
            QVERIFY(!next(client, "ENTER_PIN").isEmpty());
            client.send(R"({"cmd":"SET_PIN"})");
            QVERIFY(next(client, "AUTH")["url"].toString().endsWith("ResultMajor=ok"));
        }
        QVERIFY(browse(login()).contains(" 503 ")); // nobody is connected, and nobody at a terminal
        QCOMPARE(stop(), 0);
    }

    void withoutRoots() // as on the first day: it is said, services are refused, and a PIN can be changed
    {
        QVERIFY(start({"--trust-store", home_->filePath("nothing")}));
        WebSocketClient client(port_);
        QVERIFY(!next(client, "READER").isEmpty());
        client.send(R"({"cmd":"RUN_AUTH","tcTokenURL":")" + QByteArray::fromStdString(lab_->tcTokenUrl()) + R"("})");
        QVERIFY(!next(client, "AUTH").contains("result")); // it has begun
        QCOMPARE(next(client, "AUTH")["result"].toObject()["reason"].toString(), "Pre_Verification_Invalid_Certificate_Chain");
        client.send(R"({"cmd":"RUN_CHANGE_PIN"})");
        QVERIFY(!next(client, "INSERT_CARD").isEmpty());
        client.send(R"({"cmd":"SET_CARD","name":"Simulator"})");
        QVERIFY(!next(client, "ENTER_PIN").isEmpty());
        client.send(R"({"cmd":"SET_PIN"})");
        QVERIFY(!next(client, "ENTER_NEW_PIN").isEmpty());
        client.send(R"({"cmd":"SET_NEW_PIN"})");
        QVERIFY(next(client, "CHANGE_PIN")["success"].toBool());
        QCOMPARE(stop(), 0);
        const auto said = serve_->readAllStandardError();
        QVERIFY2(said.contains("eidkern trust import"), said);
    }

    void anApplicationTakesABrowsersLogin()
    {
        QVERIFY(start({"--consent", "auto"}));
        QCOMPARE(browse(login()), "ResultMajor=ok");
        {
            WebSocketClient client(port_);
            PlainClient browser(port_);
            browser.send(login());
            QVERIFY(!next(client, "AUTH").contains("result"));
            QVERIFY(!next(client, "ACCESS_RIGHTS").isEmpty());
            client.send(R"({"cmd":"CANCEL"})");
            QCOMPARE(next(client, "AUTH")["result"].toObject()["reason"].toString(), "User_Cancelled");
            QVERIFY(PlainClient::header(browser.reply(), "Location").endsWith("cancellationByUser"));
        }
        QTRY_COMPARE(browse(login()), "ResultMajor=ok"); // when the application's end has been noticed
    }

    void theProgramEndsWhileAnApplicationLogsIn() // the service is still told, and the application that we go
    {
        QVERIFY(start());
        WebSocketClient client(port_);
        client.send(R"({"cmd":"RUN_AUTH","tcTokenURL":")" + QByteArray::fromStdString(lab_->tcTokenUrl()) + R"("})");
        QVERIFY(!next(client, "ACCESS_RIGHTS").isEmpty());
        serve_->terminate();
        QCOMPARE(client.closeCode(), 1001);
        QTRY_COMPARE_WITH_TIMEOUT(serve_->state(), QProcess::NotRunning, 20'000);
        QCOMPARE(serve_->exitCode(), 0);
    }

    void theRefusalsOfAnUpgrade()
    {
        QVERIFY(start({"--origin", "https://shop\\.example"}));
        QCOMPARE(WebSocketClient(port_, "Origin: https://shop.example.evil.example\r\n").status(), 403);
        QCOMPARE(WebSocketClient(port_, "", "/elsewhere").status(), 404);
        const WebSocketClient first(port_, "Origin: https://shop.example\r\n");
        QCOMPARE(first.status(), 101);
        QCOMPARE(WebSocketClient(port_).status(), 429);
    }

    void portFile_data()
    {
        QTest::addColumn<QStringList>("more");
        QTest::addColumn<QString>("name");
        QTest::newRow("ours") << QStringList() << "eidkern.%1.port";
        QTest::newRow("the AusweisApp's") << QStringList{"--compat", "ausweisapp"} << "AusweisApp.%1.port";
    }
    void portFile()
    {
        QFETCH(QStringList, more);
        QFETCH(QString, name);
        QVERIFY(start(more));
        name = name.arg(serve_->processId());
        QTRY_COMPARE(temporary("*.port"), QStringList{name});
        QCOMPARE(modeOf("tmp/" + name), 0600);
        QFile file(home_->filePath("tmp/" + name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QTRY_COMPARE((file.seek(0), file.readAll()), QByteArray::number(port_));
        QCOMPARE(stop(), 0);
        QVERIFY(temporary("*.port").isEmpty());
    }

    void asTheAusweisApp()
    {
        environment_.insert("EIDKERN_COMPAT", "ausweisapp");
        environment_.insert("AUSWEISAPP_WEBSOCKET_ORIGIN", "https://shop\\.example");
        QVERIFY(start());
        WebSocketClient client(port_, "Origin: https://shop.example\r\n");
        QVERIFY(client.head().contains("Server: AusweisApp/2"));
        client.send(R"({"cmd":"GET_INFO"})");
        QCOMPARE(next(client, "INFO")["VersionInfo"].toObject()["Implementation-Title"].toString(), "AusweisApp2");
        QVERIFY(WebSocketClient(port_, "Origin: https://evil.example\r\n").status() == 403);
    }

    void aCompatThatDoesNotExist()
    {
        environment_.insert("EIDKERN_COMPAT", "something");
        QCOMPARE(fails({}), 2);
    }

    void theOwnerOfAPort()
    {
        QVERIFY(start());
        QProcess second;
        second.setProcessEnvironment(environment_);
        second.start(EIDKERN_CLI, {"serve", "--port", QString::number(port_), "--cvca", home_->filePath("root")});
        QTRY_COMPARE_WITH_TIMEOUT(second.state(), QProcess::NotRunning, 20'000);
        QCOMPARE(second.exitCode(), 3);
        const auto said = second.readAllStandardError();
        QVERIFY2(said.contains("belongs to eidkern 0."), said);
    }

    void aSilentOwnerOfAPort()
    {
        QTcpServer silent; // nobody accepts
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        QProcess second;
        second.setProcessEnvironment(environment_);
        second.start(EIDKERN_CLI, {"serve", "--port", QString::number(silent.serverPort()), "--cvca", home_->filePath("root")});
        QTRY_COMPARE_WITH_TIMEOUT(second.state(), QProcess::NotRunning, 20'000);
        QCOMPARE(second.exitCode(), 3);
        const auto said = second.readAllStandardError();
        QVERIFY2(said.contains("does not answer") && said.contains("(process " + QByteArray::number(QCoreApplication::applicationPid()) + ", cli_serve_test)"),
                 said);
    }

    void automatic_data()
    {
        QTest::addColumn<QString>("variable");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QByteArray>("result");
        QTest::newRow("the persona's own") << QString() << QString() << QByteArray("ResultMajor=ok");
        QTest::newRow("right") << "EIDKERN_AUTOMATIC_PIN" << "123456" << QByteArray("ResultMajor=ok");
        QTest::newRow("wrong") << "EIDKERN_AUTOMATIC_PIN" << "654321" << QByteArray("ResultMajor=error&ResultMinor=cancellationByUser");
        QTest::newRow("no PIN at all") << "EIDKERN_AUTOMATIC_PIN" << "12" << QByteArray("ResultMajor=ok"); // the persona's own, then
        QTest::newRow("of another program") << "AUSWEISAPP_AUTOMATIC_PIN" << "654321" << QByteArray("ResultMajor=ok");
        QTest::newRow("another persona") << "EIDKERN_AUTOMATIC_SIMULATOR" << "eid-deactivated" << QByteArray("ResultMajor=error&ResultMinor=clientError");
        QTest::newRow("another persona, as applications say it")
            << "EIDKERN_AUTOMATIC_SIMULATOR" << R"({"persona":"eid-deactivated"})" << QByteArray("ResultMajor=error&ResultMinor=clientError");
        QTest::newRow("files, as applications say them")
            << "EIDKERN_AUTOMATIC_SIMULATOR" << R"({"files":[{"fileId":"0104","shortFileId":"04","content":"64050C0341444D"}]})"
            << QByteArray("ResultMajor=ok");
    }
    void automatic()
    {
        QFETCH(QString, variable);
        QFETCH(QString, value);
        if (!variable.isEmpty()) environment_.insert(variable, value);
        QVERIFY(start({"--automatic"}));
        QTEST(browse(login()), "result");
    }

    void automaticAsTheAusweisApp()
    {
        environment_.insert("AUSWEISAPP_AUTOMATIC_PIN", "654321");
        QVERIFY(start({"--automatic", "--compat", "ausweisapp"}));
        QCOMPARE(browse(login()), "ResultMajor=error&ResultMinor=cancellationByUser");
    }

    void secretsLeaveTheEnvironment()
    {
        environment_.insert("EIDKERN_AUTOMATIC_PIN", "271828");
        QVERIFY(start({"--automatic"}));
        QFile file(QStringLiteral("/proc/%1/environ").arg(serve_->processId()));
        if (!file.open(QIODevice::ReadOnly)) QSKIP("its memory is closed to us, too");
        const auto all = file.readAll();
        QVERIFY(all.contains("EIDKERN_AUTOMATIC_PIN=") && !all.contains("271828"));
    }

    void startsThatAreRefused_data()
    {
        QTest::addColumn<QStringList>("more");
        const auto row = [](const char* name, const QStringList& more) { QTest::newRow(name) << more; };
        row("a real card for anybody", {"--automatic", "--card", "pcsc"});
        row("a real card with --consent auto", {"--consent", "auto", "--card", "pcsc"});
        row("--for without --automatic", {"--for", "https://shop.example"});
        row("--for something else", {"--automatic", "--for", "http://shop.example"});
        row("--for with a user", {"--automatic", "--for", "https://user@shop.example"});
        row("an address for others without a token", {"--address", "0.0.0.0"});
        row("no address", {"--address", "localhost"});
        row("no regular expression", {"--origin", "("});
        row("another program", {"--compat", "other"});
    }
    void startsThatAreRefused()
    {
        QFETCH(QStringList, more);
        QCOMPARE(fails(more), 2);
    }

    void aRealCardForNamedServices() { QVERIFY(start({"--automatic", "--card", "pcsc", "--for", "https://shop.example"})); }

    void aTokenIsMade()
    {
        QVERIFY(start({"--token-file", home_->filePath("token"), "--address", "127.0.0.1"}));
        QCOMPARE(modeOf("token"), 0600);
        QFile file(home_->filePath("token"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto token = file.readAll();
        QCOMPARE(token.size(), 64);
        QCOMPARE(WebSocketClient(port_).status(), 401);
        QCOMPARE(WebSocketClient(port_, "Authorization: Bearer " + token + "\r\n").status(), 101);
        QCOMPARE(stop(), 0);
        QVERIFY(start({"--token-file", home_->filePath("token")})); // the same one again
        QCOMPARE(WebSocketClient(port_, "Authorization: Bearer " + token + "\r\n").status(), 101);
    }

    void tokensThatAreNotTaken_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("mode");
        QTest::newRow("short") << QByteArray("fifteen letters") << 0600;
        QTest::newRow("blanks") << QByteArray("a token with blanks in it") << 0600;
        QTest::newRow("long") << QByteArray(257, 'x') << 0600;
        QTest::newRow("readable by others") << QByteArray(64, 'x') << 0644;
    }
    void tokensThatAreNotTaken()
    {
        QFETCH(QByteArray, content);
        QFETCH(int, mode);
        write("token", content);
        QCOMPARE(::chmod(qPrintable(home_->filePath("token")), mode_t(mode)), 0);
        QCOMPARE(fails({"--token-file", home_->filePath("token")}), 2);
    }

    void theLogIsOnesOwn()
    {
        QVERIFY(start({"--log", home_->filePath("log")}));
        QCOMPARE(modeOf("log"), 0600);
        QCOMPARE(stop(), 0);
        QVERIFY(QFile::link(home_->filePath("log"), home_->filePath("link")));
        QCOMPARE(fails({"--log", home_->filePath("link")}), 2);
        QVERIFY(!QFileInfo::exists(home_->filePath("state"))); // what is named takes the place of the usual one
    }

    void theUsualLog() // unasked, and two at once write into the same one
    {
        const auto log = home_->filePath("state/eidkern/serve.log");
        QVERIFY(start({"--consent", "auto"}));
        QCOMPARE(modeOf("state/eidkern"), 0700);
        QCOMPARE(modeOf("state/eidkern/serve.log"), 0600);
        QCOMPARE(browse(login()), "ResultMajor=ok");
        const auto first = std::move(serve_);
        QFile file(log);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto lines = file.readAll().count('\n');
        QVERIFY(lines > 20);
        QVERIFY(start({"--consent", "auto"}));
        QCOMPARE(browse(login()), "ResultMajor=ok");
        file.seek(0);
        QCOMPARE(file.readAll().count('\n'), 2 * lines);
        first->terminate();
        QVERIFY(QTest::qWaitFor([&] { return first->state() == QProcess::NotRunning; }, 20'000));
    }

    void noLog()
    {
        QVERIFY(start({"--consent", "auto", "--log", "none"}));
        QCOMPARE(browse(login()), "ResultMajor=ok");
        QCOMPARE(stop(), 0);
        QVERIFY(!QFileInfo::exists(home_->filePath("state")));
        QVERIFY(serve_->readAllStandardError().isEmpty());
    }

    void theLogOnStandardError()
    {
        QVERIFY(start({"--consent", "auto", "--log", "-"}));
        QCOMPARE(browse(login()), "ResultMajor=ok");
        QCOMPARE(stop(), 0);
        const auto said = serve_->readAllStandardError();
        QVERIFY2(said.startsWith("{\"ms\":") && said.contains("\"state\":\"SendEac2\""), said);
        QCOMPARE(fails({"--log", "/dev/stderr"}), 2); // a symbolic link
        const auto refused = serve_->readAllStandardError();
        QVERIFY2(refused.contains("--log -"), refused);
    }

    void whereNoLogCanBeKept() // that is said, and keeps nobody from logging in
    {
        write("state", "no folder");
        QVERIFY(start({"--consent", "auto"}));
        QCOMPARE(browse(login()), "ResultMajor=ok");
        QCOMPARE(stop(), 0);
        const auto said = serve_->readAllStandardError();
        QVERIFY2(said.contains("no log is kept") && said.contains(home_->filePath("state/eidkern").toUtf8()), said);
    }

    void noMemoryIsDumped() // not even where dumps are wanted
    {
        const auto arguments = this->arguments({});
        std::vector<QByteArray> texts{EIDKERN_CLI};
        for (const auto& each : arguments) texts.push_back(each.toLocal8Bit());
        std::vector<char*> pointers;
        for (auto& each : texts) pointers.push_back(each.data());
        pointers.push_back(nullptr);
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0)
        {
            const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
            ::setrlimit(RLIMIT_CORE, &all);
            ::dup2(ends[1], STDOUT_FILENO);
            if (::chdir(qPrintable(home_->path())) == 0) ::execv(EIDKERN_CLI, pointers.data());
            ::_exit(127);
        }
        char byte = 0;
        QCOMPARE(::read(ends[0], &byte, 1), 1); // it is listening
        ::kill(child, SIGABRT);
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        ::close(ends[0]);
        ::close(ends[1]);
        QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        QVERIFY(!WCOREDUMP(status));
        QVERIFY(QDir(home_->path()).entryList({"core*"}).isEmpty());
    }

    void noSeededRandomInTheProduct() // its names are in a binary that has it: it is a class with virtual functions
    {
        QFile file(EIDKERN_CLI);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto binary = file.readAll();
        QVERIFY(binary.contains("SystemRandom"));
        QVERIFY(!binary.contains("SeededRandom"));
        QFile own(QCoreApplication::applicationFilePath());
        QVERIFY(own.open(QIODevice::ReadOnly));
        SeededRandom seeded;
        QVERIFY(!seeded.bytes(8).empty() && own.readAll().contains("SeededRandom")); // so it would be seen
    }
};

QTEST_GUILESS_MAIN(cli_serve_test)
#include "cli_serve_test.moc"
