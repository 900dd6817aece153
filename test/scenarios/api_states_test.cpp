// Every command of the JSON API in every state and level, over a real WebSocket: what is allowed is what the schemas say (x-states),
// whatever else comes gets BAD_STATE and changes nothing. Each wrong type of each parameter, in every state too; and CANCEL and each way of
// disconnecting, in every state and level.
#include <QDir>
#include <QJsonArray>
#include <QTcpServer>

#include "scenarios/api_client.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

struct Place // where a workflow waits for its client, or, without a state, works
{
    const char* state;
    const char* persona; // of the card that leads there
    const char* workflow = "AUTH";
};
constexpr std::array places{Place{"", ""},
                            Place{"ACCESS_RIGHTS", ""},
                            Place{"INSERT_CARD", ""},
                            Place{"ENTER_PIN", "adult"},
                            Place{"ENTER_CAN", "wrong-pin-twice"},
                            Place{"ENTER_PUK", "pin-blocked"},
                            Place{"PAUSE", "adult"},
                            Place{"INSERT_CARD", "", "CHANGE_PIN"},
                            Place{"ENTER_PIN", "adult", "CHANGE_PIN"},
                            Place{"ENTER_CAN", "wrong-pin-twice", "CHANGE_PIN"},
                            Place{"ENTER_PUK", "pin-blocked", "CHANGE_PIN"},
                            Place{"PAUSE", "adult", "CHANGE_PIN"},
                            Place{"ENTER_NEW_PIN", "adult", "CHANGE_PIN"}};
constexpr Place rights = places[1], enterPin = places[3];

QJsonObject schema(const QString& folder, const QString& name)
{
    QFile file(EIDKERN_ROOT "/resources/schemas/" + folder + "/" + name + ".json");
    if (!file.open(QIODevice::ReadOnly)) qFatal("%s", qPrintable(file.fileName()));
    return QJsonDocument::fromJson(file.readAll()).object();
}

QStringList commands()
{
    QStringList names;
    for (const auto& file : QDir(EIDKERN_ROOT "/resources/schemas/command").entryList({"*.json"}, QDir::Files)) names << file.chopped(5);
    return names;
}

// Those whose type matters.
QStringList parametersOf(const QString& command)
{
    QStringList names;
    const auto properties = schema("command", command)["properties"].toObject();
    for (auto each = properties.begin(); each != properties.end(); ++each)
    {
        const auto rule = each.value().toObject();
        const bool ignored = rule.contains("x-ignored") || rule.contains("x-lenient");
        if (!ignored && !QStringList{"cmd", "request", "session", "simulator", "language"}.contains(each.key())) names << each.key();
    }
    return names;
}

} // namespace

class api_states_test : public QObject
{
    Q_OBJECT

    enum Way {
        Goodbye,
        Silent,
        TornOff,
    };

    std::unique_ptr<PublicLab> lab_;
    std::unique_ptr<ApiServer> server_;
    QTcpServer silent_; // no answer comes from there

    QJsonObject run(const QString& url) const { return {{"cmd", "RUN_AUTH"}, {"status", false}, {"tcTokenURL", url}}; }
    QJsonObject run() const { return run(QString::fromStdString(lab_->tcTokenUrl())); }
    static QJsonObject inLevel(int level) { return {{"cmd", "SET_API_LEVEL"}, {"level", level}}; }

    // Brings the client to a state, in a level; false: it is not reached. Commands and messages that the level does not have are used in a
    // higher one.
    bool reach(ApiClient& client, const Place& place, int level = 3) const
    {
        client.send(inLevel(QString(place.state) == "PAUSE" ? 3 : level));
        return reachState(client, place, level) && client.ask(inLevel(level))["current"] == level;
    }
    bool reachState(ApiClient& client, const Place& place, int level) const
    {
        const QString state(place.state);
        const bool login = QString(place.workflow) == "AUTH";
        if (state.isEmpty())
        {
            client.send(run(QString("https://127.0.0.1:%1/").arg(silent_.serverPort())));
            return !client.until("AUTH").isEmpty();
        }
        client.send(login ? run() : QJsonObject{{"cmd", "RUN_CHANGE_PIN"}, {"status", false}});
        if (login && client.until("ACCESS_RIGHTS").isEmpty()) return false;
        if (state == "ACCESS_RIGHTS") return true;
        if (login) client.send("ACCEPT");
        if (client.until("INSERT_CARD").isEmpty()) return false;
        if (state == "INSERT_CARD") return true;
        if (level == 1 && state != "PAUSE") client.send(inLevel(2));
        client.send(QJsonObject{{"cmd", "SET_CARD"}, {"name", "Simulator"}, {"simulator", QJsonObject{{"persona", place.persona}}}});
        if (level == 1 && state != "PAUSE") client.send(inLevel(1));
        if (state == "PAUSE") return lieBadly(client);
        if (state != "ENTER_NEW_PIN") return !client.until(place.state).isEmpty();
        client.until("ENTER_PIN");
        client.send(pin);
        return !client.until(place.state).isEmpty();
    }
    bool lieBadly(ApiClient& client) const // the card is lost again and again while PACE runs
    {
        const auto card = server_->card();
        client.until("ENTER_PIN");
        card.state->reader.removeAtApdu(8);
        client.send(pin);
        for (int i = 0; i < 20; ++i)
        {
            const auto message = client.until({"INSERT_CARD", "PAUSE"});
            if (message["msg"] == "PAUSE") return true;
            card.state->reader.removeAtApdu(8);
            SimulatedCard(card).insert();
        }
        return false;
    }
    static inline const QJsonObject pin{{"cmd", "SET_PIN"}, {"value", "123456"}};

    static QJsonObject status() { return status({}, {}); }
    static QJsonObject status(const Place& place) { return status(*place.state ? QJsonValue(place.state) : QJsonValue(), place.workflow); }
    static QJsonObject status(const QJsonValue& state, const QJsonValue& workflow)
    {
        return {{"msg", "STATUS"}, {"progress", workflow.isNull() ? QJsonValue() : QJsonValue(0)}, {"state", state}, {"workflow", workflow}};
    }
    static QString reasonOf(const QJsonObject& end) { return (end.contains("result") ? end["result"]["reason"] : end["reason"]).toString(); }
    void everyCommandThatIsNotAllowed(ApiClient& client, const QString& state, int level) const; // "idle", or a place's

private slots:
    void initTestCase()
    {
        LabSettings settings;
        settings.requiredRights = {"DateOfBirth"};
        settings.optionalRights = {"FamilyName"};
        lab_ = PublicLab::start(settings).value();
        server_ = std::make_unique<ApiServer>(apiSettings(*lab_));
        silent_.setMaxPendingConnections(1000); // they stay open
        QVERIFY(silent_.listen(QHostAddress::LocalHost));
    }
    void matrix_data();
    void matrix();
    void directlyBehindACommand();
    void parameters_data();
    void parameters();
    void cancel_data();
    void cancel();
    void disconnect_data();
    void disconnect();
};

static QByteArray nameOf(const Place& place) { return QByteArray(*place.state ? place.state : "working") + " in " + place.workflow; }

static void everyPlaceInEveryLevel()
{
    QTest::addColumn<int>("place");
    QTest::addColumn<int>("level");
    for (std::size_t i = 0; i < places.size(); ++i)
        for (const int level : {1, 2, 3}) QTest::addRow("%s, level %d", nameOf(places[i]).constData(), level) << int(i) << level;
}

void api_states_test::everyCommandThatIsNotAllowed(ApiClient& client, const QString& state, int level) const
{
    int refused = 0;
    for (const auto& name : commands())
    {
        const auto about = schema("command", name);
        const auto gate = about["x-states"].toArray()[0].toString();
        const bool idle = state == "idle";
        const bool allowed = gate == "ALWAYS" || (gate == "IDLE" && idle) || (gate == "WORKFLOW" && !idle) || gate == state;
        const bool known = about["x-levels"].toArray().contains(level);
        if (allowed && known) continue;
        auto command = about["examples"].toArray()[0].toObject();
        const QJsonObject refusal{{"error", name}, {"msg", known ? "BAD_STATE" : "UNKNOWN_COMMAND"}};
        QCOMPARE(client.ask(command), refusal);
        ++refused;
    }
    QVERIFY(refused > 8);
}

void api_states_test::matrix_data()
{
    QTest::addColumn<int>("place"); // -1: no workflow
    QTest::newRow("idle") << -1;
    for (std::size_t i = 0; i < places.size(); ++i) QTest::newRow(nameOf(places[i])) << int(i);
}

void api_states_test::matrix()
{
    QFETCH(const int, place);
    ApiClient client(server_->port());
    const bool idle = place < 0;
    const auto state = idle ? QString("idle") : QString(places[std::size_t(place)].state);
    const auto here = idle ? status() : status(places[std::size_t(place)]);
    if (!idle) QVERIFY(reach(client, places[std::size_t(place)]));
    for (const int level : {1, 2, 3})
    {
        QCOMPARE(client.ask(inLevel(level))["current"].toInt(), level);
        everyCommandThatIsNotAllowed(client, state, level);
    }
    QCOMPARE(client.ask("GET_STATUS"), here);
    for (const auto& name : commands()) // those that answer, and change nothing
    {
        const auto about = schema("command", name);
        const auto gate = about["x-states"].toArray()[0].toString();
        if (!name.startsWith("GET_") || about["x-levels"].toArray().isEmpty() || (gate != "ALWAYS" && gate != state)) continue;
        const auto answer = client.ask(about["examples"].toArray()[0].toObject());
        QCOMPARE(answer["msg"], about["x-answers"].toArray()[0]);
        QVERIFY(!answer.contains("error"));
    }
    QCOMPARE(client.ask("GET_STATUS"), here);
    if (idle) return;
    client.send("CANCEL");
    QCOMPARE(reasonOf(client.end()), QString("User_Cancelled"));
}

// A command that is accepted leaves its state at once; what comes behind it, before anything else has happened, is too late.
void api_states_test::directlyBehindACommand()
{
    for (const auto& place : places)
    {
        const QString state(place.state);
        if (state.isEmpty()) continue;
        ApiClient client(server_->port());
        QVERIFY(reach(client, place));
        const QMap<QString, QString> others{{"ACCESS_RIGHTS", "ACCEPT"}, {"INSERT_CARD", "SET_CARD"}, {"PAUSE", "CONTINUE"}};
        const auto accepted = others.value(state, QString(state).replace("ENTER_", "SET_"));
        auto command = schema("command", accepted)["examples"].toArray()[0].toObject();
        client.send(command);
        const QJsonObject tooLate{{"error", accepted}, {"msg", "BAD_STATE"}};
        QCOMPARE(client.ask(command), tooLate);
        client.send("CANCEL");
        QVERIFY(!client.end().isEmpty());
    }
}

void api_states_test::parameters_data()
{
    QTest::addColumn<QString>("name");
    for (const auto& name : commands())
        if (!parametersOf(name).isEmpty()) QTest::newRow(qPrintable(name)) << name;
}

// Whatever a parameter is: the answer is that of the command, with the text of the schema where it has one for this case, and the
// state stays; or it is one of those that are ignored if they have another type.
void api_states_test::parameters()
{
    QFETCH(const QString, name);
    const auto about = schema("command", name);
    const auto gate = about["x-states"].toArray()[0].toString();
    const auto place = std::ranges::find(places, gate, [](const Place& each) { return QString(each.state); });
    QCOMPARE(place == places.end(), gate == "ALWAYS" || gate == "IDLE");
    ApiClient client(server_->port());
    if (place != places.end()) QVERIFY(reach(client, *place));
    const auto before = client.ask("GET_STATUS");
    const QJsonArray values{QJsonValue(),
                            true,
                            -1,
                            1.5,
                            1e300,
                            "",
                            "x",
                            QString(70'000, 'x'),
                            QString::fromLatin1("\0\x1b[2J", 5),
                            QJsonArray(),
                            QJsonArray{1, QJsonValue()},
                            QJsonArray{"x"},
                            QJsonObject(),
                            QJsonObject{{"cmd", "CANCEL"}}};
    for (const auto& parameter : parametersOf(name))
    {
        for (const auto& value : values)
        {
            auto command = about["examples"].toArray()[0].toObject();
            const bool valid = (name == "GET_READER" && value.isString()) || (name == "SET_ACCESS_RIGHTS" && value.isArray() && value.toArray().isEmpty());
            command.insert(parameter, value);
            const auto answer = client.ask(command);
            QCOMPARE(answer["msg"], about["x-answers"].toArray()[0]);
            QVERIFY2(answer.contains("error") != valid, QJsonDocument(command).toJson());
            QCOMPARE(client.ask("GET_STATUS"), before);
        }
        auto command = about["examples"].toArray()[0].toObject();
        command.remove(parameter);
        const auto answer = client.ask(command);
        const auto errors = about["x-errors"].toArray();
        for (const auto& entry : errors)
        {
            const auto error = entry.toObject();
            if (error["parameter"] == parameter && error["when"].toString().startsWith("missing")) QCOMPARE(answer["error"], error["text"]);
        }
    }
    QCOMPARE(client.ask("GET_STATUS"), before);
    if (place == places.end()) return;
    client.send("CANCEL");
    QVERIFY(!client.end().isEmpty());
}

void api_states_test::cancel_data() { everyPlaceInEveryLevel(); }

void api_states_test::cancel()
{
    QFETCH(const int, place);
    QFETCH(const int, level);
    ApiClient client(server_->port());
    QVERIFY(reach(client, places[std::size_t(place)], level));
    for (int i = 0; i < 3; ++i) client.send("CANCEL");
    QCOMPARE(reasonOf(client.end()), QString("User_Cancelled"));
    const QJsonObject over{{"error", "CANCEL"}, {"msg", "BAD_STATE"}};
    QCOMPARE(client.ask("CANCEL"), over);
    client.ask(inLevel(3));
    QCOMPARE(client.ask("GET_STATUS"), status());
    QVERIFY(reach(client, rights, level)); // the next one directly afterwards
    client.send("CANCEL");
    QVERIFY(!client.end().isEmpty());
}

void api_states_test::disconnect_data()
{
    QTest::addColumn<int>("place"); // -1: RUN_AUTH has just been sent
    QTest::addColumn<int>("level");
    QTest::addColumn<int>("way");
    for (const auto& [way, words] : {std::pair(Goodbye, "with a goodbye"), std::pair(Silent, "silently"), std::pair(TornOff, "torn off")})
    {
        QTest::addRow("at once, %s", words) << -1 << 3 << int(way);
        for (std::size_t i = 0; i < places.size(); ++i)
            for (const int level : {1, 2, 3}) QTest::addRow("%s, level %d, %s", nameOf(places[i]).constData(), level, words) << int(i) << level << int(way);
    }
}

void api_states_test::disconnect()
{
    QFETCH(const int, place);
    QFETCH(const int, level);
    QFETCH(const int, way);
    {
        ApiClient client(server_->port());
        if (place >= 0) QVERIFY(reach(client, places[std::size_t(place)], level));
        else client.send(run());
        auto& socket = client.socket();
        if (way == Goodbye)
        {
            socket.sendBytes(WebSocketClient::frame(0x88, "\x03\xE8"));
            while (socket.next().first == 0x81) {}
        }
        way == TornOff ? socket.tearOff() : socket.leave();
    }
    ApiClient next(server_->port()); // comes as soon as the other one's workflow has unwound
    QCOMPARE(next.next()["name"].toString(), QString("Simulator"));
    QCOMPARE(next.ask("GET_STATUS"), status());
    QVERIFY(reach(next, enterPin, level));
    next.send(pin);
    QVERIFY(next.end()["url"].toString().endsWith("ResultMajor=ok"));
}

QTEST_GUILESS_MAIN(api_states_test)
#include "api_states_test.moc"
