// The command line as its users meet it: processes, exit codes, JSON lines, golden diagrams, two terminals.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>
#include <unistd.h>

class cli_test : public QObject
{
    Q_OBJECT

    struct Outcome
    {
        int code;
        QByteArray out, err;
        QList<QJsonObject> lines() const
        {
            QList<QJsonObject> all;
            for (const auto& line : out.trimmed().split('\n')) all << QJsonDocument::fromJson(line).object();
            return all;
        }
    };

    static Outcome run(const QStringList& arguments, const QByteArray& input = {})
    {
        QProcess process;
        process.start(EIDKERN_CLI, arguments);
        process.write(input);
        process.closeWriteChannel();
        if (!process.waitForFinished(60'000)) return {-1, process.readAllStandardOutput(), process.errorString().toUtf8()};
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }

    static QJsonObject personalData(const QList<QJsonObject>& lines) { return lines.last()["data"].toObject()["PersonalData"].toObject(); }

    static QByteArray contentOf(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static QString persona(const QTemporaryDir& folder, const char* base, const QByteArray& from, const QByteArray& to)
    {
        auto json = contentOf(QString(EIDKERN_ROOT "/resources/personas/%1.json").arg(base));
        if (!json.contains(from)) qFatal("the persona has changed");
        QFile file(folder.filePath("persona.json"));
        if (!file.open(QIODevice::WriteOnly)) qFatal("no temporary file");
        file.write(json.replace(from, to));
        return file.fileName();
    }

private Q_SLOTS:
    void demo()
    {
        const auto demo = run({"demo", "--json"});
        QVERIFY2(demo.code == 0, demo.out + demo.err);
        const auto lines = demo.lines();
        for (const auto& line : lines) QVERIFY(line.contains("event"));
        QCOMPARE(lines.first()["event"].toString(), "state");
        QCOMPARE(lines.last()["event"].toString(), "result");
        QVERIFY(lines.last()["ok"].toBool());
        QCOMPARE(personalData(lines)["FamilyNames"].toString(), "Sandwig");
    }

    void demoForPeople()
    {
        const auto demo = run({"demo", "--lang", "de"});
        QCOMPARE(demo.code, 0);
        QVERIFY2(demo.out.contains("Familienname") && demo.out.contains("Sandwig") && demo.out.contains("Erfolg"), demo.out);
        QVERIFY(!demo.out.contains('\033')); // no colours into a pipe
    }

    void aPersonaOfOnesOwn()
    {
        const QTemporaryDir folder;
        const auto demo = run({"demo", "--json", "--persona", persona(folder, "adult", "Sandwig", "Zebra")});
        QVERIFY2(demo.code == 0, demo.out + demo.err);
        QCOMPARE(personalData(demo.lines())["FamilyNames"].toString(), "Zebra");
    }

    void aSuspendedCardIsAskedItsCan()
    {
        const auto demo = run({"demo", "--json", "--persona", EIDKERN_ROOT "/resources/personas/wrong-pin-twice.json"});
        QVERIFY2(demo.code == 0, demo.out + demo.err);
        QVERIFY(demo.out.contains(R"("password":"CAN")"));
    }

    void aReaderWithAPad()
    {
        const QString padded = EIDKERN_ROOT "/resources/personas/pin-pad.json";
        const auto demo = run({"demo", "--json", "--developer-mode", "--persona", padded});
        QVERIFY2(demo.code == 0, demo.out + demo.err);
        QVERIFY(demo.out.contains(R"({"event":"passwordAtReader","password":"PIN","triesLeft":2,"wrongBefore":true})"));
        QVERIFY(!demo.out.contains(R"("event":"password",)"));
        const auto spoken = run({"demo", "--lang", "de", "--persona", padded});
        QVERIFY2(spoken.out.contains("Bitte geben Sie die PIN am Lesegerät ein.") && spoken.out.contains("Das war nicht richtig."), spoken.out);

        const QTemporaryDir folder;
        const auto cancelled = run({"demo", "--json", "--persona", persona(folder, "pin-pad", "\"wrong\"", "\"cancel\"")});
        QCOMPARE(cancelled.code, 10); // user
        QCOMPARE(cancelled.lines().last()["code"].toString(), "Establish_Pace_Channel_User_Cancelled");
    }

    void aBadPersonaIsExplained()
    {
        const QTemporaryDir folder;
        const auto demo = run({"demo", "--persona", persona(folder, "adult", "\"pin\"", "\"pinn\"")});
        QCOMPARE(demo.code, 2);
        QVERIFY2(demo.err.contains("pinn"), demo.err);
    }

    void usage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("nothing") << QStringList() << QByteArray("demo");
        QTest::newRow("unknown") << QStringList{"fly"} << QByteArray("fly");
        QTest::newRow("no trust anchor") << QStringList{"auth", "https://127.0.0.1:1/", "--consent", "auto"} << QByteArray("--cvca");
        QTest::newRow("nobody to ask") << QStringList{"auth", "https://127.0.0.1:1/", "--cvca", "x"} << QByteArray("--consent auto");
        QTest::newRow("no such file") << QStringList{"auth", "https://127.0.0.1:1/", "--consent", "auto", "--cvca", "/no/such/file"}
                                      << QByteArray("/no/such/file");
        QTest::newRow("no certificate") << QStringList{"auth", "https://127.0.0.1:1/", "--consent", "auto", "--cvca", "/etc/hostname"} << QByteArray("7F21");
        QTest::newRow("no such TLS profile") << QStringList{"auth", "https://127.0.0.1:1/", "--cvca", "x", "--tls-profile", "best"}
                                             << QByteArray("conformance");
        QTest::newRow("a real card and nobody there") << QStringList{"auth", "https://127.0.0.1:1/", "--consent", "auto", "--cvca", "x", "--card", "pcsc"}
                                                      << QByteArray("--consent auto");
        QTest::newRow("no such address") << QStringList{"card", "serve", "--vpcd", "nowhere"} << QByteArray("--vpcd nowhere");
        QTest::newRow("no such persona") << QStringList{"card", "serve", "--persona", "/no/such/file"} << QByteArray("/no/such/file");
        QTest::newRow("no such variant") << QStringList{"lab", "--variant", "attached,sideways"} << QByteArray("sideways");
        QTest::newRow("variants that exclude each other") << QStringList{"lab", "--variant", "rsa-pss", "--variant", "link"} << QByteArray("link");
        QTest::newRow("no such TLS") << QStringList{"lab", "--tls", "eservice=best"} << QByteArray("eservice=best");
        QTest::newRow("no such server") << QStringList{"lab", "--tls", "server=expired"} << QByteArray("server=expired");
        QTest::newRow("no community") << QStringList{"lab", "--community", "027"} << QByteArray("community");
        QTest::newRow("no file of a root, and where a lab has it")
            << QStringList{"auth", "https://127.0.0.1:1/", "--consent", "auto", "--cvca", "/no/such/file"} << QByteArray("DIR/cvca.cvcert");
        QTest::newRow("neither a persona nor a file") << QStringList{"demo", "--persona", "nobody"} << QByteArray("residence-permit");
        QTest::newRow("no log there") << QStringList{"demo", "--log", "/no/such/folder/log"} << QByteArray("--log /no/such/folder/log");
        QTest::newRow("a PIN from nowhere") << QStringList{"demo", "--pin-fd", "77"} << QByteArray("--pin-fd 3 3<FILE");
        QTest::newRow("a card of pcsc") << QStringList{"demo", "--card", "pcsc"} << QByteArray("in a terminal");
        QTest::newRow("no port") << QStringList{"serve", "--port", "70000"} << QByteArray("65535");
        QTest::newRow("no port either") << QStringList{"lab", "--port", "-1"} << QByteArray("65535");
        QTest::newRow("no address") << QStringList{"auth"} << QByteArray("URL");
        QTest::newRow("no such workflow") << QStringList{"graph", "dance"} << QByteArray("self-authentication");
    }
    void usage()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, says);
        const auto outcome = run(arguments);
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains(says) || outcome.out.contains(says), outcome.out + outcome.err);
        QVERIFY2(!outcome.err.contains("qt.") && !outcome.err.contains("terminate called"), outcome.err);
    }

    void whatWasTypedDoesNotSteerTheTerminal()
    {
        for (const auto& arguments :
             {QStringList{"fly\x1B[2J\u009B\u202E"}, {"demo", "--persona", "x\x1B[2J\u009B\u202E"}, {"lab", "--port", "x\x1B[2J\u009B\u202E"}})
        {
            const auto outcome = run(arguments);
            QCOMPARE(outcome.code, 2);
            QVERIFY2(outcome.err.contains("?[2J") && !outcome.err.contains('\x1B') && !outcome.err.contains("\u009B") && !outcome.err.contains("\u202E"),
                     outcome.err);
        }
    }

    void failuresOfALogin_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<int>("exit");
        QTest::addColumn<QByteArray>("code");
        QTest::newRow("nobody there") << "https://127.0.0.1:1/" << 13 << QByteArray("Get_TcToken_Network_Error");
        QTest::newRow("without TLS") << "http://127.0.0.1:1/" << 14 << QByteArray("Get_TcToken_Invalid_Url");
        QTest::newRow("another scheme") << "ftp://127.0.0.1/" << 14 << QByteArray("Parse_TcToken_Invalid_Url");
        QTest::newRow("empty") << "" << 14 << QByteArray("Parse_TcToken_Invalid_Url");
    }
    void failuresOfALogin() // code, cause, what happened and hints, no log lines
    {
        QFETCH(QString, url);
        QFETCH(int, exit);
        QFETCH(QByteArray, code);
        const QTemporaryDir folder;
        QProcess lab; // for its root
        lab.start(EIDKERN_CLI, {"lab", "--json", "--pki", folder.filePath("pki")});
        QVERIFY(lab.waitForReadyRead(60'000));
        const auto outcome = run({"auth", url, "--consent", "auto", "--lang", "en", "--cvca", folder.filePath("pki/cvca.cvcert")});
        lab.terminate();
        QVERIFY(lab.waitForFinished(10'000));
        QCOMPARE(outcome.code, exit);
        QVERIFY2(outcome.err.isEmpty(), outcome.err);
        for (const QByteArray& part : {"Failed: " + code, QByteArray("Cause"), QByteArray("What happened"), QByteArray("What you can do")})
            QVERIFY2(outcome.out.contains(part), outcome.out);
    }

    void noSmartCardService_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("readers") << QStringList{"readers"};
        QTest::newRow("card show") << QStringList{"card", "show"};
    }
    void noSmartCardService()
    {
        QFETCH(QStringList, arguments);
        const QTemporaryDir folder;
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("PCSCLITE_CSOCK_NAME", folder.filePath("nobody"));
        process.setProcessEnvironment(environment);
        process.start(EIDKERN_CLI, arguments + QStringList{"--lang", "en"});
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), 12);
        const auto out = process.readAllStandardOutput();
        QVERIFY2(out.contains("pcscd) is not running. Start it"), out);
    }

    void aPortThatIsTaken()
    {
        QProcess lab;
        lab.start(EIDKERN_CLI, {"lab", "--json"});
        QVERIFY(lab.waitForReadyRead(60'000));
        const QUrl url(QJsonDocument::fromJson(lab.readLine()).object()["startPageUrl"].toString());
        const auto second = run({"lab", "--port", QString::number(url.port())});
        lab.terminate();
        QVERIFY(lab.waitForFinished(10'000));
        QCOMPARE(second.code, 3); // as serve says it
        QVERIFY2(second.err.contains("choose another one"), second.err);
    }

    void aBuiltInPersonaByName()
    {
        const auto demo = run({"demo", "--json", "--persona", "minor"});
        QVERIFY2(demo.code == 0, demo.out + demo.err);
        QVERIFY(personalData(demo.lines())["FamilyNames"].toString() != "Sandwig");
    }

    void theLabTellsItsVariants()
    {
        const auto list = run({"lab", "--variants", "--lang", "de"});
        QCOMPARE(list.code, 0);
        for (const char* name : {"  pseudonym ", "  rsa-pss ", "  paos-chunked ", "  dhe-2048 "}) QVERIFY2(list.out.contains(name), name);
        QVERIFY(list.out.contains("Pseudonym zu lesen") && run({"lab", "--variants", "--lang", "en"}).out.contains("read the pseudonym"));
    }

    void aLabWithVariants_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QStringList>("trusts"); // files in the PKI folder
        QTest::addColumn<int>("code");
        QTest::newRow("RSA") << QStringList{"--variant", "rsa-pkcs1,description-pdf,attached"} << QStringList{"cvca-rsa.cvcert"} << 0;
        QTest::newRow("RSA, the wrong root") << QStringList{"--variant", "rsa-pss"} << QStringList{"cvca.cvcert"} << 14;
        QTest::newRow("link: the former root") << QStringList{"--variant", "link"} << QStringList{"cvca-former.cvcert"} << 0;
        QTest::newRow("link: both") << QStringList{"--variant", "link-in-eac2"} << QStringList{"cvca.cvcert", "cvca-former.cvcert"} << 0;
        QTest::newRow("TLS") << QStringList{"--tls", "eservice=dhe-2048"} << QStringList{"cvca.cvcert"} << 14;
    }
    void aLabWithVariants()
    {
        QFETCH(QStringList, options);
        QFETCH(QStringList, trusts);
        QFETCH(int, code);
        const QTemporaryDir folder;
        QProcess lab;
        lab.start(EIDKERN_CLI, QStringList{"lab", "--json", "--pki", folder.filePath("pki")} + options);
        QVERIFY(lab.waitForReadyRead(60'000));
        const auto addresses = QJsonDocument::fromJson(lab.readLine()).object();
        QVERIFY(addresses["startPageUrl"].toString().startsWith("https://127.0.0.1:"));
        QStringList login{"auth", addresses["tcTokenUrl"].toString(), "--consent", "auto", "--json"};
        for (const auto& file : trusts) login << "--cvca" << folder.filePath("pki/" + file);
        const auto auth = run(login);
        QVERIFY2(auth.code == code, auth.out + auth.err);
        lab.terminate();
        QVERIFY(lab.waitForFinished(10'000));
    }

    void twoTerminals()
    {
        const QTemporaryDir folder;
        const auto pki = folder.filePath("pki");
        for (int round = 0; round < 2; ++round) // the second lab keeps the PKI of the first
        {
            QProcess lab;
            lab.start(EIDKERN_CLI, {"lab", "--json", "--pki", pki, "--require", "FamilyName", "--offer", "GivenNames,DateOfBirth", "--variant", "pseudonym"});
            QVERIFY(lab.waitForReadyRead(60'000));
            const auto addresses = QJsonDocument::fromJson(lab.readLine()).object();
            const auto cvca = addresses["cvca"].toString();
            static QByteArray first;
            if (round == 0) first = contentOf(cvca);
            QVERIFY(!first.isEmpty() && contentOf(cvca) == first);

            const auto self = run({"self-auth", addresses["selfAuthUrl"].toString(), "--cvca", cvca, "--consent", "auto", "--json"});
            QVERIFY2(self.code == 0, self.out + self.err);
            QVERIFY(personalData(self.lines()).contains("GivenNames"));
            QCOMPARE(personalData(self.lines())["RestrictedID"].toObject()["ID"].toString().size(), 64);
            const auto auth = run({"auth", addresses["tcTokenUrl"].toString(), "--cvca", cvca, "--consent", "auto", "--json"});
            QVERIFY2(auth.code == 0, auth.out + auth.err);
            QVERIFY(auth.lines().last()["location"].toString().endsWith("ResultMajor=ok"));
            lab.terminate();
            QVERIFY(lab.waitForFinished(10'000));
            QCOMPARE(lab.exitCode(), 0);
        }
    }

    void aPinThroughADescriptor()
    {
        for (const auto& [pin, code] : {std::pair("123456", 0), {"111111", 10}, {"12", 10}})
        {
            int ends[2];
            QCOMPARE(::pipe(ends), 0); // no O_CLOEXEC: the child shall have it
            QCOMPARE(::write(ends[1], pin, qstrlen(pin)), ssize_t(qstrlen(pin)));
            ::close(ends[1]);
            const auto demo = run({"demo", "--json", "--pin-fd", QString::number(ends[0])});
            ::close(ends[0]);
            QVERIFY2(demo.code == code, pin + demo.out + demo.err);
            QVERIFY(!demo.err.contains(pin) && !demo.out.contains(QByteArray("\"") + pin));
        }
    }

    void theLogHoldsNoSecretsAndNoPersonalData()
    {
        const QTemporaryDir folder;
        const auto log = folder.filePath("log");
        QCOMPARE(run({"demo", "--json", "--log", log}).code, 0);
        const auto content = contentOf(log);
        QVERIFY(content.contains("paos.sent") && content.contains("card.apdu") && content.contains("tls.opened"));
        for (const char* secret : {"123456", "500540", "9876543210", "Sandwig", "Henrike", "Wolkenstedt", "Neu-Eidersee"})
            QVERIFY2(!content.contains(secret), secret);
        for (const auto& line : content.trimmed().split('\n')) QVERIFY(QJsonDocument::fromJson(line).isObject());
    }

    void diagrams_data()
    {
        QTest::addColumn<QString>("document");
        QTest::addColumn<int>("block");
        QTest::newRow("authentication") << "life-of-an-authentication.md" << 0;
        QTest::newRow("self-authentication") << "life-of-an-authentication.md" << 1;
        QTest::newRow("change-pin") << "life-of-a-pin-change.md" << 0;
        QTest::newRow("unblock-pin") << "life-of-a-pin-change.md" << 1;
        QTest::newRow("check-password") << "life-of-a-pin-change.md" << 2;
    }
    void diagrams() // golden: the ones in the document that people read
    {
        QFETCH(QString, document);
        QFETCH(int, block);
        const auto graph = run({"graph", QTest::currentDataTag(), "--mermaid"});
        QCOMPARE(graph.code, 0);
        const auto blocks = contentOf(EIDKERN_ROOT "/docs/" + document).replace("```mermaid\n", QByteArray(1, '\0')).split('\0');
        QVERIFY(blocks.size() > block + 1);
        const auto golden = blocks[block + 1].left(blocks[block + 1].indexOf("```"));
        QCOMPARE(QString::fromUtf8(graph.out), QString::fromUtf8(golden));
        QVERIFY(run({"graph", QTest::currentDataTag()}).out.startsWith("digraph"));
    }

    void aFailureSaysWhatHappenedAndWhatToDo()
    {
        const QStringList arguments{"demo", "--persona", EIDKERN_ROOT "/resources/personas/eid-deactivated.json", "--lang", "en"};
        const auto people = run(arguments);
        QCOMPARE(people.code, 11);
        for (const char* part : {"Failed: Connect_Card_Eid_Inactive", "Cause", "What happened", "Step SelectCard", "What you can do", "Has to change first"})
            QVERIFY2(people.out.contains(part), part + people.out);

        const auto last = run(arguments + QStringList{"--json"}).lines().last();
        QCOMPARE(last["event"].toString(), "result");
        QVERIFY(last.contains("ok") && !last["ok"].toBool());
        QCOMPARE(last["code"].toString(), "Connect_Card_Eid_Inactive");
        QCOMPARE(last["state"].toString(), "SelectCard");
        QCOMPARE(last["origin"].toString(), "card");
        QCOMPARE(last["changeFirst"].toString(), "card");
        QCOMPARE(last["hintIds"].toArray(), QJsonArray{"activate-online-function"});
        QVERIFY(!last["cause"].toString().isEmpty() && last["hints"].toArray().size() == 1 && last["info"].isObject());
    }

    void failureCodesExplained()
    {
        const auto german = run({"failure", "Card_Removed", "--lang", "de"});
        QCOMPARE(german.code, 0);
        QVERIFY(german.out.startsWith("Card_Removed\n") && german.out.contains("Ursache") && german.out.contains("Funkkontakt"));
        const auto english = run({"failure", "Card_Removed", "--lang", "en", "--json"}).lines().first();
        QCOMPARE(english["exitCode"].toInt(), 11);
        QCOMPARE(english["states"].toArray(), QJsonArray({"SendEac1", "SendEac2", "RelayApdus"}));
        QVERIFY(english["rule"].toString().contains("still there"));

        const auto all = run({"failure"}); // not on a terminal: names only
        QCOMPARE(all.out.count('\n'), 141);
        QVERIFY(all.out.startsWith("User_Cancelled\nCard_Removed\n"));
        QCOMPARE(run({"failure", "--json"}).lines().size(), qsizetype(141));

        const auto unknown = run({"failure", "card_remved"});
        QCOMPARE(unknown.code, 2);
        QVERIFY2(unknown.out.isEmpty() && unknown.err.contains("nearest: Card_Removed"), unknown.err);
        QCOMPARE(run({"failure", "\033[31m" + QString(100'000, 'x')}).err, "eidkern: no failure code '?[31m" + QByteArray(75, 'x') + "'\n");
    }

    void returnCodesExplained()
    {
        const auto byName = run({"scard", "SCARD_W_REMOVED_CARD", "--lang", "en"});
        QCOMPARE(byName.code, 0);
        QVERIFY2(byName.out.startsWith("SCARD_W_REMOVED_CARD  0x80100069  (2148532329, -2146434967)\n"), byName.out);
        QVERIFY(byName.out.contains("transmit: Card_Removed"));
        for (const auto* same : {"0x80100069", "0X80100069", "2148532329", "-2146434967"}) QCOMPARE(run({"scard", same, "--lang", "en"}).out, byName.out);
        const auto both = run({"scard", "0x8010001F", "--json"}).lines();
        QCOMPARE(both.size(), qsizetype(2));
        QCOMPARE(both[0]["name"].toString(), "SCARD_E_UNEXPECTED");
        QCOMPARE(both[1]["pcscLiteValue"].toString(), "0x8010001F");
        QCOMPARE(run({"scard"}).out.count('\n'), 67);

        QVERIFY(run({"ckr", "0xA0"}).out.startsWith("CKR_PIN_INCORRECT  0x000000A0  (160)\n"));
        QVERIFY(run({"ckr", "CKR_PIN_INCORRECT", "--lang", "de"}).out.contains("Die PIN ist falsch"));
        QVERIFY(run({"ckr", "0x80001234"}).out.startsWith("CKR_VENDOR_DEFINED  0x80001234"));
        QCOMPARE(run({"ckr", "CKR_DATA_INVALID", "--json"}).lines().first()["comesAfter"].toArray(), QJsonArray{"CKR_DATA_LEN_RANGE"});
        QCOMPARE(run({"ckr"}).out.count('\n'), 104);

        for (const auto* unknown : {"0x1234", "0x180100069", "-2147483649", "4294967296", "0x-1", "1e3", "SCARD_", "x"})
            for (const auto* command : {"scard", "ckr"})
            {
                const auto refused = run({command, unknown});
                QVERIFY2(refused.code == 2 && refused.out.isEmpty() && !refused.err.isEmpty(), unknown + refused.out);
            }
    }

    void version() { QVERIFY(run({"version"}).out.startsWith("eidkern 0.")); }
};

QTEST_GUILESS_MAIN(cli_test)
#include "cli_test.moc"
