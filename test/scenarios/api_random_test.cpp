// Thousands of sequences of commands of the JSON API, drawn at random with a fixed seed, sensible ones more often: over a real
// WebSocket, with lab, service and simulated cards in this process. Whatever comes, the client is answered, each workflow has one
// begin and one end, and no state of a workflow is told outside of it.
// EIDKERN_SEQUENCES and EIDKERN_SEED say how many and which.
#include <QDir>
#include <QJsonArray>
#include <random>

#include "scenarios/api_client.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

int fromEnvironment(const char* name, int usual) { return qEnvironmentVariableIsSet(name) ? qEnvironmentVariableIntValue(name) : usual; }

class Dice
{
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int below(int n) { return int(engine_() % unsigned(n)); }
    bool percent(int n) { return below(100) < n; }
    template<typename List>
    auto of(const List& list)
    {
        return list[decltype(list.size())(below(int(list.size())))];
    }

private:
    std::mt19937 engine_; // the same everywhere
};

// What the client knows of the workflow, from what it was told; and what must never be told.
class Story
{
public:
    void read(const QJsonObject& message)
    {
        const auto name = message["msg"].toString();
        if (message.contains("request")) return readAnswer(message);
        if (message.contains("error")) return; // a refusal
        const bool workflow = name == "AUTH" || name == "CHANGE_PIN";
        const bool end = message.contains("result") || message.contains("success");
        if (workflow && !end) begin();
        else if (workflow) finish();
        else if (states.contains(name)) enter(name);
        else if (name == "STATUS" && !message["workflow"].isNull() && !running) wrong << "STATUS without a workflow";
    }

    bool running = false;
    QString state;
    int begun = 0, ended = 0;
    QStringList wrong;

private:
    static inline const QStringList states{"ACCESS_RIGHTS", "INSERT_CARD", "ENTER_PIN", "ENTER_CAN", "ENTER_PUK", "ENTER_NEW_PIN", "PAUSE"};

    void readAnswer(const QJsonObject& message)
    {
        if (message["msg"] != "STATUS") return;
        state = message["state"].toString();
        if (message["workflow"].isNull() == running) wrong << (running ? "STATUS forgets the workflow" : "STATUS knows a workflow that nobody has begun");
    }
    void begin()
    {
        if (running) wrong << "a second begin";
        running = true;
        state.clear();
        ++begun;
    }
    void finish()
    {
        if (!running) wrong << "an end without a begin";
        running = false;
        state.clear();
        ++ended;
    }
    void enter(const QString& name)
    {
        if (!running) wrong << name + " without a workflow";
        state = name;
    }
};

} // namespace

class api_random_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<PublicLab> lab_;
    std::unique_ptr<ApiServer> server_;
    std::unique_ptr<ApiClient> client_;
    Dice dice_{unsigned(fromEnvironment("EIDKERN_SEED", 20261120))};
    Story story_;
    QList<QByteArray> examples_;
    int requests_ = 0, commands_ = 0, connections_ = 0;

    void connectAgain()
    {
        client_.reset();
        client_ = std::make_unique<ApiClient>(server_->port());
        story_ = {};
        ++connections_;
    }
    void send(const QByteArray& text)
    {
        ++commands_;
        client_->send(text);
    }
    void send(const QJsonObject& command) { send(QJsonDocument(command).toJson(QJsonDocument::Compact)); }

    QJsonObject next()
    {
        const auto message = client_->next();
        if (!message.isEmpty()) story_.read(message);
        return message;
    }

    // All that was caused so far is read; false: the client got no answer.
    bool ask(QJsonObject command)
    {
        const auto request = QString("r%1").arg(++requests_);
        command.insert("request", request);
        send(command);
        while (true)
        {
            const auto message = next();
            if (message.isEmpty()) return false;
            if (message["request"] == request) return true;
        }
    }
    bool ask(const char* command) { return ask({{"cmd", command}}); }

    QByteArray chosen();
    QJsonObject sensible();
    QJsonObject run();
    QJsonObject card();
    QJsonObject secret();
    QByteArray damaged(const QByteArray& text);
    bool settle();
    bool sequence();
    bool finish();

private slots:
    void initTestCase();
    void sequences();
};

void api_random_test::initTestCase()
{
    LabSettings settings;
    settings.requiredRights = {"DateOfBirth", "AgeVerification"};
    settings.optionalRights = {"FamilyName", "Address", "Pseudonym"};
    settings.requiredAge = 18;
    lab_ = PublicLab::start(settings).value();
    server_ = std::make_unique<ApiServer>(apiSettings(*lab_));
    QDir folder(EIDKERN_ROOT "/test/fuzz/corpus/json_command");
    for (const auto& name : folder.entryList(QDir::Files))
    {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        examples_ << file.readAll();
    }
    QVERIFY(examples_.size() > 20);
}

QJsonObject api_random_test::run()
{
    static const QStringList others{"https://127.0.0.1:1/nothing", "http://localhost/", "xyz://host/", "https://", "", "https://127.0.0.1:1/?x=%00"};
    const auto url = dice_.percent(25) ? QString::fromStdString(lab_->tcTokenUrl()) : dice_.of(others);
    QJsonObject command{{"cmd", "RUN_AUTH"}, {"tcTokenURL", url}};
    if (dice_.percent(50)) command.insert("status", dice_.percent(50));
    if (dice_.percent(20)) command.insert("language", dice_.percent(50) ? "de" : "xx");
    if (dice_.percent(10)) command.insert("developerMode", true);
    return command;
}

QJsonObject api_random_test::card()
{
    static const QStringList personas{"adult",       "adult",           "pin-blocked",   "wrong-pin-twice", "one-try-left",
                                      "puk-used-up", "eid-deactivated", "transport-pin", "nobody"};
    QJsonObject command{{"cmd", "SET_CARD"}, {"name", dice_.percent(90) ? "Simulator" : "Other"}};
    const QJsonObject noCard{{"files", QJsonArray{QJsonObject{{"content", "00"}, {"fileId", "011c"}, {"shortFileId", "1c"}}}}};
    if (dice_.percent(60)) command.insert("simulator", QJsonObject{{"persona", dice_.of(personas)}});
    else if (dice_.percent(30)) command.insert("simulator", noCard);
    else if (dice_.percent(20)) command.insert("simulator", QJsonArray());
    return command;
}

QJsonObject api_random_test::secret()
{
    static const QStringList values{"123456", "123456", "500540", "9876543210", "111111", "12345", "", "12345\u0663", "0000000000"};
    const auto state = story_.state.startsWith("ENTER_") ? story_.state.mid(6) : QString("PIN");
    QJsonObject command{{"cmd", "SET_" + state}};
    const QString right = state == "CAN" ? "500540" : state == "PUK" ? "9876543210" : "123456";
    if (!dice_.percent(10)) command.insert("value", dice_.percent(50) ? right : dice_.of(values));
    return command;
}

QJsonObject api_random_test::sensible()
{
    const auto& state = story_.state;
    if (!story_.running) return dice_.percent(85) ? run() : QJsonObject{{"cmd", "RUN_CHANGE_PIN"}};
    if (state == "ACCESS_RIGHTS")
    {
        static const QStringList rights{"FamilyName", "Address", "Pseudonym", "DateOfBirth", "Nonsense", "CanAllowed"};
        if (dice_.percent(60)) return {{"cmd", "ACCEPT"}};
        if (dice_.percent(50)) return {{"cmd", dice_.percent(50) ? "GET_CERTIFICATE" : "GET_ACCESS_RIGHTS"}, {"request", QJsonArray{requests_}}};
        return {{"cmd", "SET_ACCESS_RIGHTS"}, {"chat", dice_.percent(30) ? QJsonArray() : QJsonArray{dice_.of(rights), dice_.of(rights)}}};
    }
    if (state == "INSERT_CARD") return card();
    if (state.startsWith("ENTER_")) return secret();
    return {{"cmd", state == "PAUSE" ? "CONTINUE" : "GET_STATUS"}};
}

QByteArray api_random_test::damaged(const QByteArray& text)
{
    static const QList<QByteArray> pieces{
        "{", "}", "[", "]", "\"", ",", ":", "\\", "\\u0000", "\\ud800", "null", "1e999", "\xC3\xA4", "{\"cmd\":", QByteArray(1, '\0'), QByteArray(300, '[')};
    const auto at = dice_.below(int(text.size()) + 1);
    auto changed = text;
    if (dice_.percent(50)) changed.insert(at, dice_.of(pieces));
    else changed.remove(at, 1 + dice_.below(5));
    return changed.isValidUtf8() ? changed : text; // else the connection would end
}

QByteArray api_random_test::chosen()
{
    const auto compact = [](const QJsonObject& command) { return QJsonDocument(command).toJson(QJsonDocument::Compact); };
    const int kind = dice_.below(100);
    if (kind < 60) return compact(sensible());
    if (kind < 80) return dice_.of(examples_);
    if (kind < 90) return compact({{"cmd", "SET_API_LEVEL"}, {"level", dice_.below(5)}});
    if (kind < 95) return damaged(dice_.of(examples_));
    return compact(dice_.percent(50) ? run() : QJsonObject{{"cmd", "CANCEL"}});
}

// Gives the workflow some time to come to its next state. How far it comes depends on the machine; what is checked does not.
bool api_random_test::settle()
{
    for (int i = 0; i < 100 && story_.running && story_.state.isEmpty(); ++i)
        if (!ask("GET_STATUS")) return false;
    return true;
}

bool api_random_test::finish()
{
    if (!ask({{"cmd", "SET_API_LEVEL"}, {"level", 3}}) || !ask("GET_STATUS")) return false;
    if (!story_.running) return true;
    send(QJsonObject{{"cmd", "CANCEL"}});
    while (story_.running)
        if (next().isEmpty()) return false;
    return ask("GET_STATUS");
}

bool api_random_test::sequence()
{
    for (int i = 1 + dice_.below(12); i > 0; --i)
    {
        send(chosen());
        if (dice_.percent(60) && (!ask({{"cmd", "SET_API_LEVEL"}, {"level", 3}}) || !settle())) return false;
    }
    if (dice_.percent(2))
    {
        client_->socket().leave(); // in the middle of whatever it is
        connectAgain();
    }
    return finish();
}

void api_random_test::sequences()
{
    const int most = fromEnvironment("EIDKERN_SEQUENCES", 10'000);
    int begun = 0, ended = 0;
    connectAgain();
    for (int i = 0; i < most; ++i)
    {
        QVERIFY2(sequence(), qPrintable(QString("no answer in sequence %1").arg(i)));
        QVERIFY2(story_.wrong.isEmpty(), qPrintable(QString("sequence %1: %2").arg(i).arg(story_.wrong.join(", "))));
        QVERIFY(!story_.running && story_.begun == story_.ended);
        client_->socket().frames().sequenceIsOver();
        if (i % 100 != 99) continue;
        begun += story_.begun;
        ended += story_.ended;
        connectAgain();
    }
    qInfo("%d commands, %d connections, %d workflows", commands_, connections_, begun);
    QCOMPARE(begun, ended);
    QVERIFY(begun * 10 > most);
}

QTEST_GUILESS_MAIN(api_random_test)
#include "api_random_test.moc"
