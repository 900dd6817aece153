// The command line against a lab in this process, which a test can name, dress up and put behind a proxy.
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

#include "card/simulator/document_signer.h"
#include "core/certificate_description.h"
#include "core/hash.h"
#include "lab/lab.h"
#include "network/paos_codec.h"
#include "network/qt_clock.h"
#include "network/qt_scheduler.h"
#include "scenarios/changed_root.h"
#include "support/connect_proxy.h"
#include "support/plain_client.h"

using namespace eidkern;
using namespace eidkern::test;

class cli_login_test : public QObject
{
    Q_OBJECT

    network::QtScheduler scheduler_;
    network::QtClock clock_{scheduler_};
    SystemRandom random_;
    std::unique_ptr<lab::Lab> lab_;
    std::function<void(paos::Eac1Input&)> meddle_;
    std::unique_ptr<QTemporaryDir> home_;
    QProcessEnvironment environment_;

    void startLab(const std::string& host = "127.0.0.1")
    {
        lab::LabOptions options;
        options.pki = lab::LabPki::fresh(random_, clock_.today());
        if (host != "127.0.0.1")
        {
            const lab::CertificateSpec spec{.commonName = host, .subjectAltName = "DNS:" + host};
            options.pki->eServiceCertificate = lab::certificate(spec, options.pki->eServiceKey);
            options.pki->eidServerCertificate = lab::certificate(spec, options.pki->eidServerKey);
        }
        options.host = host;
        options.trustedCscas = {card::testCscaCertificate()};
        options.faults.answer = [this](lab::Server server, int, const lab::HttpRequest&, lab::HttpAnswer& answer) {
            auto message = server == lab::Server::EidServer && meddle_ ? network::parseServerMessage(answer.body) : std::nullopt;
            auto* eac1 = message ? std::get_if<paos::Eac1Input>(&message->body) : nullptr;
            if (!eac1) return;
            meddle_(*eac1);
            answer.body = network::encode(*message);
        };
        lab_ = lab::Lab::start(random_, clock_, std::move(options)).value();
        QFile root(home_->filePath("root"));
        QVERIFY(root.open(QIODevice::WriteOnly));
        const auto cvca = lab_->cvca().whole;
        root.write(reinterpret_cast<const char*>(cvca.data()), qint64(cvca.size()));
    }

    struct Outcome
    {
        int code = -1;
        QByteArray out, err;
        QList<QJsonObject> lines() const
        {
            QList<QJsonObject> all;
            for (const auto& line : out.trimmed().split('\n')) all << QJsonDocument::fromJson(line).object();
            return all;
        }
        QJsonObject event(const QString& name) const
        {
            for (const auto& line : lines())
                if (line["event"].toString() == name) return line;
            return {};
        }
    };

    Outcome run(const QStringList& arguments)
    {
        QProcess process;
        process.setProcessEnvironment(environment_);
        process.start(EIDKERN_CLI, arguments);
        if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 60'000)) return {-1, process.readAll(), "hangs"};
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }
    Outcome auth(const QStringList& more = {}, bool json = true)
    {
        auto arguments = QStringList{"auth", QString::fromStdString(lab_->tcTokenUrl()), "--cvca", home_->filePath("root"), "--consent", "auto", "--lang",
                                     "en"};
        if (json) arguments << "--json";
        return run(arguments + more);
    }

    static QByteArray contentOf(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static int modeOf(const QString& path)
    {
        struct stat about{};
        return ::stat(qPrintable(path), &about) == 0 ? int(about.st_mode & 07777) : -1;
    }

    // A descriptor from which a child reads this line.
    static int descriptorOf(const QByteArray& line)
    {
        int ends[2];
        if (::pipe(ends) != 0 || ::write(ends[1], line.constData(), std::size_t(line.size())) != line.size()) qFatal("no pipe");
        ::close(ends[1]);
        return ends[0];
    }

    // Another description, and the terminal certificate that goes with it.
    void describeAs(paos::Eac1Input& eac1, const std::function<void(CertificateDescription&)>& change) const
    {
        const auto& pki = lab_->pki();
        auto description = parseCertificateDescription(pki.description).value();
        change(description);
        eac1.descriptionDer = encode(description);
        const auto at = issueCvc({.car = pki.dv.chr,
                                  .chr = pki.at.chr,
                                  .chat = pki.at.chat,
                                  .effective = pki.at.effective,
                                  .expiration = pki.at.expiration,
                                  .descriptionHash = hash(HashAlgorithm::Sha256, eac1.descriptionDer)},
                                 pki.atKey, pki.dvKey);
        for (auto& each : eac1.certificates)
            if (each.chr == pki.at.chr) each = at;
    }

    void haveTerms(DescriptionFormat format, const std::string& terms)
    {
        meddle_ = [this, format, terms](paos::Eac1Input& eac1) {
            describeAs(eac1, [&](CertificateDescription& description) {
                description.format = format;
                description.termsOfUsage = terms;
            });
        };
    }

private slots:
    void init()
    {
        home_ = std::make_unique<QTemporaryDir>();
        environment_ = QProcessEnvironment::systemEnvironment();
        environment_.insert("XDG_DATA_HOME", home_->filePath("data"));
        for (const char* each : {"https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"}) environment_.remove(each);
        meddle_ = {};
    }

    void throughAProxy_data()
    {
        QTest::addColumn<QByteArray>("demanded");
        QTest::addColumn<QByteArray>("inEnvironment"); // %1: HOST:PORT
        QTest::addColumn<QByteArray>("throughDescriptor");
        QTest::addColumn<bool>("works");
        QTest::newRow("open, by option") << QByteArray() << QByteArray() << QByteArray() << true;
        QTest::newRow("open, by environment") << QByteArray() << QByteArray("http://%1") << QByteArray() << true;
        QTest::newRow("password by environment") << QByteArray("anna:top:secret") << QByteArray("http://anna:top%3Asecret@%1") << QByteArray() << true;
        QTest::newRow("password by descriptor") << QByteArray("anna:top:secret") << QByteArray() << QByteArray("anna:top:secret\n") << true;
        QTest::newRow("a wrong password") << QByteArray("anna:top:secret") << QByteArray() << QByteArray("anna:topsecret\n") << false;
        QTest::newRow("no password") << QByteArray("anna:top:secret") << QByteArray("%1") << QByteArray() << false;
    }
    void throughAProxy() // a service whose name only the proxy knows
    {
        QFETCH(QByteArray, demanded);
        QFETCH(QByteArray, inEnvironment);
        QFETCH(QByteArray, throughDescriptor);
        QFETCH(bool, works);
        startLab("service.invalid");
        ConnectProxy proxy;
        proxy.credentials = demanded;
        const auto address = "127.0.0.1:" + QByteArray::number(proxy.port());
        const auto log = home_->filePath("log");
        QStringList more{"--log", log};
        if (inEnvironment.isEmpty()) more << "--proxy" << "http://" + address;
        else environment_.insert("https_proxy", inEnvironment.replace("%1", address));
        const int descriptor = throughDescriptor.isEmpty() ? -1 : descriptorOf(throughDescriptor);
        if (descriptor >= 0) more << "--proxy-credentials-fd" << QString::number(descriptor);
        const auto login = auth(more);
        if (descriptor >= 0) ::close(descriptor);

        QVERIFY2(login.code == (works ? 0 : 13), login.out + login.err);
        if (!works) QCOMPARE(login.event("result")["code"].toString(), "Get_TcToken_Network_Error");
        QVERIFY(proxy.requests.size() >= (works ? 3 : 1)); // eService, eID-Server, refresh address
        for (const auto& request : proxy.requests) QVERIFY2(request.startsWith("CONNECT service.invalid:"), request);
        for (const auto& said : {login.out, login.err, contentOf(log)}) QVERIFY2(!said.contains("secret") && !said.contains("anna"), said);
    }

    void pastAProxy_data()
    {
        QTest::addColumn<QString>("noProxy");
        QTest::addColumn<QStringList>("options");
        QTest::newRow("no_proxy") << "example.com, .invalid" << QStringList();
        QTest::newRow("--no-proxy") << "" << QStringList{"--no-proxy"};
    }
    void pastAProxy()
    {
        QFETCH(QString, noProxy);
        QFETCH(QStringList, options);
        startLab("service.invalid");
        ConnectProxy proxy;
        environment_.insert("https_proxy", "http://127.0.0.1:" + QString::number(proxy.port()));
        environment_.insert("no_proxy", noProxy);
        const auto login = auth(options);
        QCOMPARE(login.code, 13); // nobody but the proxy knows that name
        QVERIFY(proxy.requests.isEmpty());
    }

    void badProxies_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("with a password") << QStringList{"--proxy", "http://anna:topsecret@127.0.0.1:3128"} << QByteArray("--proxy-credentials-fd");
        QTest::newRow("TLS to the proxy") << QStringList{"--proxy", "https://127.0.0.1:3128"} << QByteArray("TLS to the proxy");
        QTest::newRow("no port") << QStringList{"--proxy", "http://127.0.0.1"} << QByteArray("port");
        QTest::newRow("both") << QStringList{"--proxy", "http://127.0.0.1:1", "--no-proxy"} << QByteArray("--no-proxy");
        QTest::newRow("credentials for nobody") << QStringList{"--proxy-credentials-fd", "0"} << QByteArray("no proxy is named");
    }
    void badProxies()
    {
        QFETCH(QStringList, options);
        QFETCH(QByteArray, says);
        startLab();
        const auto login = auth(options);
        QCOMPARE(login.code, 2);
        QVERIFY2((login.out + login.err).contains(says) && !login.err.contains("topsecret"), login.out + login.err);
    }

    void linkCertificatesAreKept()
    {
        startLab();
        const ChangedRoot changed(lab_->pki(), random_, clock_.today());
        bool sent = true;
        meddle_ = [&](paos::Eac1Input& eac1) {
            std::erase_if(eac1.certificates, &CvCertificate::isDv);
            eac1.certificates.push_back(changed.dv);
            if (sent) eac1.certificates.push_back(changed.link);
        };
        const auto folder = home_->filePath("data/eidkern/link-certificates");
        const auto without = auth({"--link-certificates", "none"});
        QVERIFY2(without.code == 0 && !without.event("linkCertificate").isEmpty(), without.out + without.err);
        QVERIFY(!QFileInfo::exists(folder));
        const auto first = auth();
        QVERIFY2(first.code == 0 && !first.event("linkCertificate").isEmpty(), first.out + first.err);
        const auto files = QDir(folder).entryList(QDir::Files | QDir::Hidden);
        QCOMPARE(files.size(), 1);
        QCOMPARE(modeOf(folder), 0700);
        QCOMPARE(modeOf(folder + "/" + files[0]), 0600);
        const auto& link = changed.link.whole;
        QCOMPARE(contentOf(folder + "/" + files[0]), QByteArray(reinterpret_cast<const char*>(link.data()), qsizetype(link.size())));

        sent = false; // now the memory counts
        QCOMPARE(auth().code, 0);
        const auto forgetful = auth({"--link-certificates", "none"});
        QCOMPARE(forgetful.event("result")["code"].toString(), "Pre_Verification_Invalid_Certificate_Chain");

        const QStringList elsewhere{"--link-certificates", home_->filePath("elsewhere")};
        QCOMPARE(auth(elsewhere).event("result")["code"].toString(), "Pre_Verification_Invalid_Certificate_Chain");
        sent = true;
        QCOMPARE(auth(elsewhere).code, 0);
        sent = false;
        QCOMPARE(auth(elsewhere).code, 0);
    }

    void aFolderOfOthersIsNotUsed()
    {
        startLab();
        const ChangedRoot changed(lab_->pki(), random_, clock_.today());
        meddle_ = [&](paos::Eac1Input& eac1) { eac1.certificates.push_back(changed.link); };
        const auto folder = home_->filePath("open");
        QVERIFY(QDir().mkdir(folder));
        QCOMPARE(::chmod(qPrintable(folder), 0777), 0);
        QVERIFY(QFile::link(home_->path(), home_->filePath("detour")));
        for (const auto& each : {folder, home_->filePath("detour")})
        {
            const auto login = auth({"--link-certificates", each});
            QVERIFY2(login.code == 0 && login.err.contains(each.toUtf8()), login.err);
        }
        QVERIFY(QDir(folder).isEmpty());
        QVERIFY(QDir(home_->path()).entryList({"*.cvcert"}).isEmpty());
    }

    void aHostileService() // its names and its transaction reach the terminal, but do not steer it
    {
        startLab();
        meddle_ = [this](paos::Eac1Input& eac1) {
            describeAs(eac1, [](CertificateDescription& description) {
                description.subjectName = "Shop\x1B[2J\u202E\nSuccess";
                description.issuerName = "CA\u009B31m\u2066\nSuccess";
                description.termsOfUsage = "Terms\x1B]0;x\x07\u202E";
            });
            eac1.transactionInfo = "Pay 5 €\u009B\u202E\nSuccess";
        };
        const auto shown = auth({}, false);
        QVERIFY2(shown.code == 0, shown.out + shown.err);
        for (const char* part : {"Service          Shop?[2J Success\n", "Authorised by    CA?31m Success\n", "Terms?]0;x?\n", "Pay 5 €?\n"})
            QVERIFY2(shown.out.contains(part), shown.out);
        QCOMPARE(shown.out.count("\nSuccess"), 1); // the true one
        for (const char c : shown.out) QVERIFY2(c == '\n' || static_cast<unsigned char>(c) >= 0x20, shown.out);
        for (const char* gone : {"\u009B", "\u202E", "\u2066"}) QVERIFY2(!shown.out.contains(gone), shown.out);
    }

    void termsAsHtml()
    {
        startLab();
        const std::string html = "<html><head><title>x</title><style>p{}</style></head><body><h1>Zweck</h1><p>F&uuml;r <b>alle</b>\xE2\x80\xAE &amp; jeden</p>"
                                 "<script>alert('gefahr')</script><ul><li>eins<li>zwei</ul></body></html>";
        haveTerms(DescriptionFormat::Html, html);
        const auto file = home_->filePath("terms.html");
        const auto shown = auth({"--save-terms", file}, false);
        QVERIFY2(shown.code == 0, shown.out + shown.err);
        QVERIFY2(shown.out.contains("Für alle & jeden") && shown.out.contains("• eins"), shown.out);
        for (const char* gone : {"<b>", "gefahr", "p{}", "\xE2\x80\xAE"}) QVERIFY2(!shown.out.contains(gone), gone);
        QCOMPARE(contentOf(file), QByteArray::fromStdString(html));
        QCOMPARE(modeOf(file), 0600);

        const auto again = auth({"--save-terms", file}); // a file that is there stays
        QVERIFY2(again.code == 0 && again.err.contains(file.toUtf8()), again.err);
        const auto service = again.event("rights")["service"].toObject();
        QCOMPARE(service["termsFormat"].toString(), "text/html");
        QCOMPARE(QByteArray::fromBase64(service["terms"].toString().toLatin1()), QByteArray::fromStdString(html));
    }

    void termsAsPdf()
    {
        startLab();
        const std::string pdf = "%PDF-1.4\n\x01\x02\x1b[2J";
        haveTerms(DescriptionFormat::Pdf, pdf);
        const auto shown = auth({}, false);
        QVERIFY2(shown.code == 0 && shown.out.contains("PDF, 15 bytes") && shown.out.contains("--save-terms"), shown.out);
        QVERIFY(!shown.out.contains('\x1b'));
        const auto service = auth().event("rights")["service"].toObject();
        QCOMPARE(service["termsFormat"].toString(), "application/pdf");
        QCOMPARE(QByteArray::fromBase64(service["terms"].toString().toLatin1()), QByteArray::fromStdString(pdf));
    }

    void serves_data()
    {
        QTest::addColumn<QHostAddress::SpecialAddress>("address");
        QTest::newRow("127.0.0.1") << QHostAddress::LocalHost;
        if (QTcpServer().listen(QHostAddress::LocalHostIPv6)) QTest::newRow("::1") << QHostAddress::LocalHostIPv6;
    }
    void serves() // a browser comes twice, then Ctrl-C
    {
        QFETCH(QHostAddress::SpecialAddress, address);
        startLab();
        QProcess serve;
        serve.setProcessEnvironment(environment_);
        serve.start(EIDKERN_CLI, {"serve", "--port", "0", "--cvca", home_->filePath("root"), "--consent", "auto", "--json"});
        QTRY_VERIFY_WITH_TIMEOUT(serve.canReadLine(), 20'000);
        const auto listening = QJsonDocument::fromJson(serve.readLine()).object();
        QCOMPARE(listening["event"].toString(), "listening");
        const auto port = quint16(listening["port"].toInt());
        for (int i = 0; i < 2; ++i)
        {
            PlainClient browser(port, address);
            browser.send("GET /eID-Client?tcTokenURL=" + QUrl::toPercentEncoding(QString::fromStdString(lab_->tcTokenUrl()))
                         + " HTTP/1.1\r\nHost: localhost:" + QByteArray::number(port) + "\r\n\r\n");
            const auto reply = browser.reply();
            QVERIFY2(reply.startsWith("HTTP/1.1 303 ") && PlainClient::header(reply, "Location").endsWith("ResultMajor=ok"), reply);
        }
        const auto second = run({"serve", "--port", QString::number(port), "--cvca", home_->filePath("root"), "--consent", "auto"});
        QCOMPARE(second.code, 3);
        QVERIFY2(second.err.contains("belongs to eidkern"), second.err);
        serve.terminate();
        QTRY_COMPARE_WITH_TIMEOUT(serve.state(), QProcess::NotRunning, 20'000);
        QCOMPARE(serve.exitCode(), 0);
        const auto out = serve.readAll();
        QCOMPARE(out.count(R"({"event":"result")"), 2);
        QCOMPARE(out.count(R"("ok":true)"), 2);
    }

    void servesUntilALoginHasEnded() // Ctrl-C while one runs: the service and the browser are still told
    {
        startLab();
        QProcess serve;
        serve.setProcessEnvironment(environment_);
        meddle_ = [&](paos::Eac1Input&) { ::kill(pid_t(serve.processId()), SIGINT); };
        serve.start(EIDKERN_CLI, {"serve", "--port", "0", "--cvca", home_->filePath("root"), "--consent", "auto", "--json"});
        QTRY_VERIFY_WITH_TIMEOUT(serve.canReadLine(), 20'000);
        const auto port = quint16(QJsonDocument::fromJson(serve.readLine()).object()["port"].toInt());
        PlainClient browser(port);
        browser.send("GET /eID-Client?tcTokenURL=" + QUrl::toPercentEncoding(QString::fromStdString(lab_->tcTokenUrl()))
                     + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(port) + "\r\n\r\n");
        const auto reply = browser.reply();
        QVERIFY2(PlainClient::header(reply, "Location").endsWith("ResultMinor=cancellationByUser"), reply);
        QTRY_COMPARE_WITH_TIMEOUT(serve.state(), QProcess::NotRunning, 20'000);
        QCOMPARE(serve.exitCode(), 0);
        QVERIFY(serve.readAll().contains("User_Cancelled"));
    }
};

QTEST_GUILESS_MAIN(cli_login_test)
#include "cli_login_test.moc"
