// Every command of the JSON API in every state and level, over a real WebSocket: what is allowed is what the schemas say (x-states),
// whatever else comes gets BAD_STATE and changes nothing. Each wrong type of each parameter, in every state too.
#include <QDir>
#include <QJsonArray>

#include "scenarios/api_places.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

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

    const ApiWorld world_;

    void everyCommandThatIsNotAllowed(ApiClient& client, const QString& state, int level) const; // "idle", or a place's

private slots:
    void matrix_data();
    void matrix();
    void directlyBehindACommand();
    void parameters_data();
    void parameters();
};

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
    ApiClient client(world_.port());
    const bool idle = place < 0;
    const auto state = idle ? QString("idle") : QString(places[std::size_t(place)].state);
    const auto here = idle ? statusOf() : statusOf(&places[std::size_t(place)]);
    if (!idle) QVERIFY(world_.reach(client, places[std::size_t(place)]));
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
        ApiClient client(world_.port());
        QVERIFY(world_.reach(client, place));
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
    ApiClient client(world_.port());
    if (place != places.end()) QVERIFY(world_.reach(client, *place));
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

QTEST_GUILESS_MAIN(api_states_test)
#include "api_states_test.moc"
