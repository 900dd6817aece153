// Plays every dialogue of dialogues/*.txt: a client of the JSON API, in-process lab, simulated cards with real cryptography.
// What happens beside the messages:
//     ! card off, card on, card off at APDU N   of the simulator; APDUs count from the next time that the card is connected
//     ! disconnect, connect                     the client goes, and its workflow has been brought to its end; it comes again
//     ! browser asks, browser goes, second browser is refused, browser got STATUS WHAT
//     ! told MESSAGE MINOR                      the eID-Server has heard of exactly this failure in the last login
//     ! granted RIGHTS                          the last login's server was granted exactly these
//     ! read [NAME=TEXT ...]                    what is in the data groups that the last login's server has read: these texts, no other group
// Afterwards a plain login of the same client has to work.
#include <QDir>
#include <QTest>
#include <deque>

#include "scenarios/dialogue_script.h"
#include "scenarios/expectations.h"
#include "sdk/service.h"

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

    std::deque<QByteArray> received;
};

class DirectLine final : public Line
{
public:
    explicit DirectLine(sdk::Service& service)
        : conversation_(service.open([this](std::string_view text) { received.emplace_back(text.data(), qsizetype(text.size())); }))
    {
    }
    void send(const QByteArray& text) override { conversation_->receive({text.constData(), std::size_t(text.size())}); }

private:
    std::unique_ptr<sdk::Conversation> conversation_;
};

class KnowsItsClient final : public sdk::Service // and passes everything on
{
public:
    explicit KnowsItsClient(JsonApiSettings settings) : service(std::move(settings)) {}

    bool busy() const override { return service.busy(); }
    bool activate(std::optional<std::string> url, AnswerBrowser answer) override { return service.activate(std::move(url), std::move(answer)); }
    void browserGone() override { service.browserGone(); }
    std::unique_ptr<sdk::Conversation> open(Send send) override
    {
        auto conversation = service.open(std::move(send));
        client = static_cast<sdk::Client*>(conversation.get());
        return conversation;
    }
    SimulatedCard card() { return static_cast<sdk::FlowHost&>(*client).readers().simulated().value(); }

    sdk::ApiService service;
    sdk::Client* client = nullptr; // the last one
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

bool until(const std::function<bool()>& done) // false: not within 20 s of real time
{
    QTimer tick; // lets the loop look at the limit
    tick.start(500);
    for (const QDeadlineTimer limit(20'000); !done() && !limit.hasExpired();)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents);
    return done();
}

} // namespace

class dialogue_test : public QObject
{
    Q_OBJECT

    SystemRandom random_;
    network::QtScheduler scheduler_;
    ManualClock clock_{scheduler_, dateOf(std::chrono::system_clock::now())};
    std::unique_ptr<lab::Lab> lab_;
    std::unique_ptr<KnowsItsClient> service_;
    std::unique_ptr<Line> line_;
    std::optional<WorkflowFinished> browser_;
    std::vector<std::string> log_;

    QString next()
    {
        if (!until([this] { return !line_->received.empty(); })) return "nothing within 20 s";
        auto message = QString::fromUtf8(line_->received.front());
        line_->received.pop_front();
        return message;
    }

    void expect(const QString& pattern)
    {
        const auto message = next();
        QVERIFY2(fits(pattern, message), qPrintable("expected " + pattern + "\n          came " + message));
    }
    void send(QString text) { line_->send(text.replace("$tcTokenURL", QString::fromStdString(lab_->tcTokenUrl())).toUtf8()); }

    void begin(const Dialogue& dialogue)
    {
        auto options = optionsOf(QJsonObject{{"request", dialogue.lab}, {"variants", dialogue.lab["variants"]}});
        if (dialogue.lab.contains("required")) options.request.required = rightsOf(dialogue.lab["required"]);
        if (dialogue.lab.contains("optional")) options.request.optional = rightsOf(dialogue.lab["optional"]);
        lab::FaultScript faults;
        faults.answer = [this, lab = dialogue.lab, cancelAt = trigger(dialogue.lab["cancelAt"])](lab::Server server, int number, const lab::HttpRequest&,
                                                                                                 lab::HttpAnswer& answer) {
            if (cancelAt.is(server, number)) send(R"({"cmd":"CANCEL"})");
            for (const auto& each : lab["service"].toArray())
                if (trigger(each.toObject()["at"]).is(server, number)) applyFault(each.toObject(), *lab_, answer);
        };
        lab_ = labFor(random_, clock_, faults, std::move(options));
        auto settings = settingsOf(dialogue.api, *lab_);
        log_.clear();
        settings.log = [this](const std::string& text) { log_.push_back(text); };
        service_ = std::make_unique<KnowsItsClient>(std::move(settings));
        browser_.reset();
    }

    void connectClient(bool) { line_ = std::make_unique<DirectLine>(*service_); }

    void act(const QString& deed)
    {
        const auto after = [&](const QString& beginning) { return deed.mid(beginning.size()).trimmed(); };
        if (deed == "card off") service_->card().remove();
        else if (deed == "card on") service_->card().insert();
        else if (deed.startsWith("card off at APDU ")) service_->card().state->reader.removeAtApdu(after("card off at APDU ").toInt());
        else if (deed == "connect") connectClient(true);
        else if (deed == "disconnect")
        {
            line_.reset();
            QVERIFY(until([this] { return !service_->busy(); }));
        }
        else if (deed == "browser asks") QVERIFY(askByBrowser());
        else if (deed == "second browser is refused") QVERIFY(!askByBrowser());
        else if (deed == "browser goes") service_->browserGone();
        else if (deed.startsWith("browser got "))
        {
            QVERIFY(browser_);
            const auto location = QString::fromStdString(browser_->browserLocation);
            QCOMPARE(QString::number(browser_->browserStatus) + " " + location.mid(location.indexOf("Result")), after("browser got"));
        }
        else if (deed.startsWith("told ")) QCOMPARE(seenBy(*lab_, true).join(' '), after("told"));
        else if (deed.startsWith("granted "))
            QCOMPARE(lab_->lastSession()->effective.bits(), rightsOf(QJsonArray::fromStringList(after("granted").split(' '))).bits());
        else if (deed.startsWith("read")) checkWhatWasRead(after("read"));
        else QFAIL(qPrintable("what is meant by: " + deed));
    }

    bool askByBrowser()
    {
        return service_->activate(lab_->tcTokenUrl(), [this](const WorkflowFinished& end) {
            browser_.emplace(WorkflowFinished{end.failure, end.browserStatus, end.browserLocation, {}});
        });
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

    void plainLogin(const QJsonObject& api)
    {
        const bool basic = api["basicReader"].toBool();
        const QString session = api["multi"].toBool() ? "*\"session\":\"*\"*" : "*";
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
        QVERIFY2(line_->received.empty(), line_->received.empty() ? "" : line_->received.front().constData());
    }

    void checkLogHoldsNoSecrets()
    {
        std::string all;
        for (const auto& each : log_) all += each + '\n';
        for (const char* secret : {"123456", "500540", "9876543210", "111111"}) QVERIFY2(all.find(secret) == std::string::npos, secret);
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
        const auto all = dialogues();
        for (int i = 0; i < all.size(); ++i) QTest::addRow("%s: %s", qPrintable(all[i].file), qPrintable(all[i].name)) << i;
    }
    void dialogue()
    {
        QFETCH(int, number);
        static const auto all = dialogues();
        const auto& dialogue = all[number];
        begin(dialogue);
        connectClient(true);
        if (dialogue.api["simulator"].toBool(true))
        {
            const QString keypad = dialogue.api["basicReader"].toBool() ? "false" : "true";
            for (const QString insertable : {"false", "true"})
                expect(R"({"attached":true,"card":null,"insertable":)" + insertable + R"(,"keypad":)" + keypad + R"(,"msg":"READER","name":"Simulator"})");
        }
        for (const auto& step : dialogue.steps)
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
            if (!QTest::currentTestFailed() && dialogue.api["simulator"].toBool(true)) plainLogin(dialogue.api);
            if (!QTest::currentTestFailed()) expectNothingMore();
        }
        checkLogHoldsNoSecrets();
    }
    void cleanup()
    {
        line_.reset();
        service_.reset();
        lab_.reset();
    }
};

QTEST_GUILESS_MAIN(dialogue_test)
#include "dialogue_test.moc"
