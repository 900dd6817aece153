// Plays every dialogue of dialogues/*.txt: a client of the JSON API, in-process lab, simulated cards with real cryptography; once
// with the service itself, and in each level over a WebSocket on loopback, with a browser over HTTP beside it.
// What happens beside the messages:
//     ! card off, card on, card off at APDU N   of the simulator; APDUs count from the next time that the card is connected
//     ! disconnect, connect                     the client goes, and its workflow has been brought to its end; it comes again
//     ! gone                                    the same as disconnect, by "leaveAt"
//     ! browser asks, browser goes, second browser is refused, browser got STATUS WHAT
//     ! told MESSAGE MINOR                      the eID-Server has heard of exactly this failure in the last login
//     ! granted RIGHTS                          the last login's server was granted exactly these
//     ! pseudonym seen, pseudonyms N            how many different ones the server has seen
//     ! read [NAME=TEXT ...]                    what is in the data groups that the last login's server has read: these texts, no other group
// Afterwards a plain login of the same client has to work.
#include <QDir>
#include <QRegularExpression>
#include <QTest>
#include <deque>

#include "scenarios/dialogue_script.h"
#include "scenarios/expectations.h"
#include "scenarios/watched_service.h"
#include "sdk/server.h"
#include "support/plain_client.h"
#include "support/web_socket_client.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

// Where the client's messages go and come from.
class Line
{
public:
    virtual ~Line() = default;
    virtual void send(const QByteArray& text) = 0;
    virtual QByteArray next() = 0;
    virtual void leave() = 0;
};

class DirectLine final : public Line
{
public:
    explicit DirectLine(sdk::Service& service)
        : conversation_(service.open([this](std::string_view text) { frames_.toClient(received_.emplace_back(text.data(), qsizetype(text.size()))); }))
    {
    }
    void send(const QByteArray& text) override
    {
        frames_.toServer(text);
        conversation_->receive({text.constData(), std::size_t(text.size())});
    }
    QByteArray next() override
    {
        if (!waitUntil([this] { return !received_.empty(); })) return "nothing";
        auto message = std::move(received_.front());
        received_.pop_front();
        return message;
    }
    void leave() override { conversation_.reset(); }

private:
    const Frames frames_{Frames::Over::Library};
    std::deque<QByteArray> received_;
    std::unique_ptr<sdk::Conversation> conversation_;
};

class WebSocketLine final : public Line
{
public:
    explicit WebSocketLine(quint16 port) : client_(port) {}
    ~WebSocketLine() override { client_.leave(); }
    void send(const QByteArray& text) override { client_.send(text); }
    QByteArray next() override { return client_.text(); }
    void leave() override { client_.leave(); }

private:
    WebSocketClient client_;
};

Rights rightsOf(const QJsonValue& names)
{
    Rights rights;
    for (const auto& each : names.toArray()) rights.add(rightNamed(each.toString().toStdString()).value());
    return rights;
}

JsonApiSettings settingsOf(const QJsonObject& api, const lab::Lab& lab)
{
    JsonApiSettings settings;
    settings.trustAnchors = anchorsOf(lab);
    settings.simulator = api["simulator"].toBool(true);
    settings.basicReader = api["basicReader"].toBool();
    settings.multi = api["multi"].toBool();
    settings.pcscReaders = false;
    const auto identity = api["identity"].toObject();
    for (const auto& [key, value] : {std::pair("name", &settings.identity.name), std::pair("title", &settings.identity.title),
                                     std::pair("vendor", &settings.identity.vendor), std::pair("version", &settings.identity.version)})
        if (identity.contains(key)) *value = identity[key].toString().toStdString();
    return settings;
}

} // namespace

class dialogue_test : public QObject
{
    Q_OBJECT

    SystemRandom random_;
    network::QtScheduler scheduler_;
    ManualClock clock_{scheduler_, dateOf(std::chrono::system_clock::now())};
    std::unique_ptr<lab::Lab> lab_;
    std::unique_ptr<Watched> ownService_;      // without a server
    Watched* service_ = nullptr;
    std::unique_ptr<ActivationServer> server_; // over real sockets
    std::unique_ptr<Line> line_;
    std::optional<QString> browserGot_;
    std::unique_ptr<PlainClient> browser_;
    std::vector<std::string> log_;
    std::set<std::string> pseudonyms_;

    void expect(const QString& pattern)
    {
        auto message = QString::fromUtf8(line_->next());
        while (message.contains(R"("request":"level")")) message = QString::fromUtf8(line_->next());
        QVERIFY2(fits(pattern, message), qPrintable("expected " + pattern + "\n          came " + message));
    }
    void send(QString text) { line_->send(text.replace("$tcTokenURL", QString::fromStdString(lab_->tcTokenUrl())).toUtf8()); }

    void begin(const Dialogue& dialogue, bool overWebSocket)
    {
        auto options = optionsOf(QJsonObject{{"request", dialogue.lab}, {"variants", dialogue.lab["variants"]}});
        if (dialogue.lab.contains("required")) options.request.required = rightsOf(dialogue.lab["required"]);
        if (dialogue.lab.contains("optional")) options.request.optional = rightsOf(dialogue.lab["optional"]);
        lab::FaultScript faults;
        faults.answer = [this, lab = dialogue.lab, cancelAt = trigger(dialogue.lab["cancelAt"]),
                         leaveAt = trigger(dialogue.lab["leaveAt"])](lab::Server server, int number, const lab::HttpRequest&, lab::HttpAnswer& answer) {
            if (cancelAt.is(server, number)) cancelAtOnce();
            if (leaveAt.is(server, number)) leaveAtOnce();
            for (const auto& each : lab["service"].toArray())
                if (trigger(each.toObject()["at"]).is(server, number)) applyFault(each.toObject(), *lab_, answer);
        };
        lab_ = labFor(random_, clock_, faults, std::move(options));
        auto settings = settingsOf(dialogue.api, *lab_);
        log_.clear();
        settings.log = [this](const std::string& text) { log_.push_back(text); };
        browserGot_.reset();
        pseudonyms_.clear();
        ownService_ = std::make_unique<Watched>(std::move(settings));
        service_ = ownService_.get();
        if (overWebSocket) server_ = std::move(sdk::listen({.port = 0}, nullptr, std::move(ownService_)).value());
    }

    // Inside of the lab's answer. Each ends with the very turn of the event loop in which the service hears of it; what follows from that, as the
    // end of the connection that is being answered, comes with later ones.
    void cancelAtOnce()
    {
        const int before = service_->heard;
        send(R"({"cmd":"CANCEL"})");
        QVERIFY(waitUntil([&] { return service_->heard > before; }));
    }
    void leaveAtOnce()
    {
        line_->leave();
        QVERIFY(waitUntil([this] { return !service_->client; }));
    }

    void connectClient()
    {
        if (server_) line_ = std::make_unique<WebSocketLine>(server_->port());
        else line_ = std::make_unique<DirectLine>(*service_);
    }

    void act(const QString& deed)
    {
        const auto after = [&](const QString& beginning) { return deed.mid(beginning.size()).trimmed(); };
        if (deed == "card off") service_->card().remove();
        else if (deed == "card on") service_->card().insert();
        else if (deed.startsWith("card off at APDU ")) service_->card().state->reader.removeAtApdu(after("card off at APDU ").toInt());
        else if (deed == "connect") connectClient();
        else if (deed == "disconnect")
        {
            line_.reset();
            QVERIFY(waitUntil([this] { return !service_->client && !service_->busy(); }));
        }
        else if (deed == "gone")
        {
            QVERIFY(waitUntil([this] { return !service_->client && !service_->busy(); }));
            line_.reset();
        }
        else if (deed == "browser asks") QVERIFY(askByBrowser());
        else if (deed == "second browser is refused") QVERIFY(secondBrowserIsRefused());
        else if (deed == "browser goes") leaveAsBrowser();
        else if (deed.startsWith("browser got ")) QCOMPARE(answerOfBrowser(), after("browser got"));
        else if (deed.startsWith("told ")) QCOMPARE(seenBy(*lab_, true).join(' '), after("told"));
        else if (deed.startsWith("granted "))
            QCOMPARE(lab_->lastSession()->effective.bits(), rightsOf(QJsonArray::fromStringList(after("granted").split(' '))).bits());
        else if (deed == "pseudonym seen") pseudonyms_.insert(std::string(lab_->lastSession()->pseudonym.text()));
        else if (deed.startsWith("pseudonyms ")) QCOMPARE(pseudonyms_.size(), after("pseudonyms").toULongLong());
        else if (deed.startsWith("read")) checkWhatWasRead(after("read"));
        else QFAIL(qPrintable("what is meant by: " + deed));
    }

    QByteArray request() const
    {
        return "GET /eID-Client?tcTokenURL=" + QUrl::toPercentEncoding(QString::fromStdString(lab_->tcTokenUrl()))
             + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(server_->port()) + "\r\n\r\n";
    }
    bool askByBrowser()
    {
        if (!server_)
            return service_->activate(lab_->tcTokenUrl(), [this](const WorkflowFinished& end) { browserGot_ = said(end.browserStatus, end.browserLocation); });
        browser_ = std::make_unique<PlainClient>(server_->port());
        browser_->send(request());
        return true;
    }
    bool secondBrowserIsRefused()
    {
        if (!server_) return !askByBrowser();
        PlainClient second(server_->port());
        second.send(request());
        return second.status() == 409;
    }
    void leaveAsBrowser()
    {
        if (server_) browser_->leave();
        else service_->browserGone();
    }
    QString answerOfBrowser()
    {
        if (!server_) return browserGot_.value_or("nothing");
        const auto reply = browser_->reply();
        return said(reply.mid(9, 3).toInt(), PlainClient::header(reply, "Location").toStdString());
    }
    static QString said(int status, const std::string& location)
    {
        const auto address = QString::fromStdString(location);
        return QString::number(status) + " " + address.mid(address.indexOf("Result"));
    }

    void checkWhatWasRead(const QString& wanted)
    {
        const auto pieces = wanted.split(' ', Qt::SkipEmptyParts);
        const auto& groups = lab_->lastSession()->dataGroups;
        QCOMPARE(groups.size(), std::size_t(pieces.size()));
        for (const auto& each : pieces)
        {
            const auto right = rightNamed(each.section('=', 0, 0).toStdString()).value();
            const auto text = each.section('=', 1).toStdString();
            const auto& content = groups.at(int(right) - 7);
            QVERIFY2(content.text().ends_with(text), std::string(content.text()).c_str());
        }
    }

    void plainLogin(bool basic)
    {
        send(R"({"cmd":"SET_API_LEVEL","level":3})");
        expect(R"({"available":[1,2,3],"current":3,"msg":"API_LEVEL"})");
        send(R"({"cmd":"RUN_AUTH","status":false,"tcTokenURL":"$tcTokenURL"})");
        expect(R"({"msg":"AUTH"*})");
        expect("{*\"msg\":\"ACCESS_RIGHTS\"*}");
        send(R"({"chat":[],"cmd":"SET_ACCESS_RIGHTS"})");
        expect("{*\"msg\":\"ACCESS_RIGHTS\"*}");
        send(R"({"cmd":"ACCEPT"})");
        expect(R"({"msg":"INSERT_CARD"*})");
        send(R"({"cmd":"SET_CARD","name":"Simulator"})");
        expect("{*\"msg\":\"READER\"*}");
        expect("{\"msg\":\"ENTER_PIN\"*}");
        send(basic ? R"({"cmd":"SET_PIN","value":"123456"})" : R"({"cmd":"SET_PIN"})");
        expect("{\"msg\":\"AUTH\",\"result\":{\"major\":\"http://www.bsi.bund.de/ecard/api/1.1/resultmajor#ok\"}*,\"url\":\"https://*ResultMajor=ok\"}");
        expect("{*\"card\":null,*\"msg\":\"READER\"*}");
    }

    void expectNothingMore() // what was sent before the answer to this would have come first
    {
        for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
        send(R"({"cmd":"GET_API_LEVEL","request":"the end"})");
        expect(R"({"available":[1,2,3],"current":?,"msg":"API_LEVEL","request":"the end"})");
    }

    void checkLogHoldsNoSecrets()
    {
        std::string all;
        for (const auto& each : log_) all += each + '\n';
        // As words: six digits turn up in hashes and times by chance.
        for (const char* secret : {"123456", "500540", "9876543210", "111111"})
            QVERIFY2(!QRegularExpression("(?<![0-9A-Za-z])" + QString(secret) + "(?![0-9A-Za-z])").match(QString::fromStdString(all)).hasMatch(), secret);
        QVERIFY(all.find(R"("log":"api.message")") != std::string::npos);
        QVERIFY(all.find("ResultMajor") == std::string::npos);
    }

    static QList<Dialogue> dialogues()
    {
        const QString folder = EIDKERN_TEST_DATA "/scenarios/dialogues";
        DialogueFiles files(folder);
        QList<Dialogue> all;
        for (const auto& file : QDir(folder).entryList({"*.txt"}))
            if (file != "common.txt") all += files.read(file);
        return all;
    }

private Q_SLOTS:
    void dialogue_data()
    {
        QTest::addColumn<int>("number");
        QTest::addColumn<bool>("overWebSocket");
        QTest::addColumn<int>("level");
        const auto all = dialogues();
        for (int i = 0; i < all.size(); ++i)
        {
            const auto name = all[i].file + ": " + all[i].name;
            QTest::addRow("%s", qPrintable(name)) << i << false << 3;
            for (const int level : {1, 2, 3})
                if (level == 3 || all[i].isForEveryLevel()) QTest::addRow("%s, over a WebSocket, level %d", qPrintable(name), level) << i << true << level;
        }
    }
    void dialogue()
    {
        QFETCH(int, number);
        QFETCH(bool, overWebSocket);
        QFETCH(int, level);
        static const auto all = dialogues();
        const auto& dialogue = all[number];
        begin(dialogue, overWebSocket);
        connectClient();
        const bool hasSimulator = dialogue.api["simulator"].toBool(true) && !dialogue.api["multi"].toBool();
        if (hasSimulator)
        {
            const QString keypad = dialogue.api["basicReader"].toBool() ? "false" : "true";
            for (const QString insertable : {"false", "true"})
                expect(R"({"attached":true,"card":null,"insertable":)" + insertable + R"(,"keypad":)" + keypad + R"(,"msg":"READER","name":"Simulator"})");
        }
        for (const auto& step : dialogue.stepsIn(level))
        {
            const auto rest = step.mid(2);
            if (step[0] == '>') send(rest);
            else if (step[0] == '<') expect(rest);
            else act(rest);
            if (QTest::currentTestFailed()) return;
        }
        if (line_)
        {
            expectNothingMore();
            if (!QTest::currentTestFailed() && hasSimulator) plainLogin(dialogue.api["basicReader"].toBool());
            if (!QTest::currentTestFailed()) expectNothingMore();
        }
        checkLogHoldsNoSecrets();
    }
    void cleanup()
    {
        browser_.reset();
        line_.reset();
        server_.reset();
        ownService_.reset();
        lab_.reset();
    }
};

QTEST_GUILESS_MAIN(dialogue_test)
#include "dialogue_test.moc"
