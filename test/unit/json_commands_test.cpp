// From a client's text to a command, or to the exact refusal.
#include <QtTest>

#include "contract/command.h"

using namespace eidkern;
using namespace eidkern::sdk;

class JsonCommandsTest : public QObject
{
    Q_OBJECT
private slots:
    void refusals_data();
    void refusals();
    void everyNameInEveryLevel();
    void echo_data();
    void echo();
    void fields();
    void faults_data();
    void faults();
    void secrets();
    void rights();
    void simulator();
    void whenAllowed();
};

template<typename Parameters>
static Parameters read(std::string_view text)
{
    auto command = parse(text, 3);
    return std::move(std::get<Parameters>(command.value().parameters));
}

void JsonCommandsTest::refusals_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("answer");
    const auto row = [](const char* name, const char* text, const char* answer) { QTest::newRow(name) << QByteArray(text) << QByteArray(answer); };
    const char* undefined = R"({"error":"Command cannot be undefined","msg":"INVALID"})";
    row("no JSON", "crap", R"J({"error":"illegal value (offset: 0)","msg":"INVALID"})J");
    row("nothing", "", R"J({"error":"illegal value (offset: 0)","msg":"INVALID"})J");
    row("open", "{\"cmd\":\"GET_INFO\"", R"J({"error":"unterminated object (offset: 17)","msg":"INVALID"})J");
    row("no command", "{}", undefined);
    row("empty command", R"({"cmd":""})", undefined);
    row("number", R"({"cmd":1})", undefined);
    row("boolean", R"({"cmd":true})", undefined);
    row("null", R"({"cmd":null})", undefined);
    row("object", R"({"cmd":{}})", undefined);
    row("array at the top", R"(["cmd","GET_INFO"])", undefined);
    row("text at the top", R"("GET_INFO")", undefined);
    row("number at the top", "1", undefined);
    row("other case of the key", R"({"CMD":"GET_INFO"})", undefined);
    row("unknown", R"({"cmd":"MAKE_COFFEE"})", R"({"error":"MAKE_COFFEE","msg":"UNKNOWN_COMMAND"})");
    row("other case", R"({"cmd":"get_info"})", R"({"error":"get_info","msg":"UNKNOWN_COMMAND"})");
    row("with a blank", R"({"cmd":"GET_INFO "})", R"({"error":"GET_INFO ","msg":"UNKNOWN_COMMAND"})");
    row("with NUL", R"({"cmd":"GET_INFO\u0000"})", R"({"error":"GET_INFO\u0000","msg":"UNKNOWN_COMMAND"})");
    row("of phones", R"({"cmd":"INTERRUPT"})", R"({"error":"INTERRUPT","msg":"UNKNOWN_COMMAND"})");
    row("of debug builds", R"({"cmd":"GET_LOG"})", R"({"error":"GET_LOG","msg":"UNKNOWN_COMMAND"})");
    row("a quote in the name", R"({"cmd":"\"\n\\"})", R"({"error":"\"\n\\","msg":"UNKNOWN_COMMAND"})");
    row("half a surrogate in the name", R"({"cmd":"\ud800"})", "{\"error\":\"\xEF\xBF\xBD\",\"msg\":\"UNKNOWN_COMMAND\"}");
    row("the last of two counts", R"({"cmd":"GET_INFO","cmd":"X"})", R"({"error":"X","msg":"UNKNOWN_COMMAND"})");
    row("with request", R"({"request":[1, 2],"cmd":"X"})", R"({"error":"X","msg":"UNKNOWN_COMMAND","request":[1,2]})");
    row("no command, with request", R"({"request":"r"})", R"({"error":"Command cannot be undefined","msg":"INVALID","request":"r"})");
}

void JsonCommandsTest::refusals()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, answer);
    const auto parsed = parse(text.toStdString(), 3);
    QVERIFY(!parsed);
    QCOMPARE(QByteArray::fromStdString(parsed.error()), answer);
}

void JsonCommandsTest::everyNameInEveryLevel()
{
    QCOMPARE(commandNames(3).size(), std::variant_size_v<Parameters>);
    QCOMPARE(commandNames(2), commandNames(3));
    QCOMPARE(commandNames(3).size() - commandNames(1).size(), std::size_t(2)); // GET_STATUS, SET_CARD
    for (std::size_t i = 0; i < commandNames(3).size(); ++i)
    {
        const auto name = commandNames(3)[i];
        const auto parsed = parse("{\"cmd\":\"" + name + "\"}", 3);
        QVERIFY2(parsed, name.c_str());
        QCOMPARE(std::size_t(parsed->name()), i);
        QCOMPARE(std::string(sdk::name(parsed->name())), name);
        QVERIFY(parsed->request.empty() && parsed->session.empty());
    }
    QCOMPARE(parse(R"({"cmd":"GET_STATUS"})", 1).error(), std::string(R"({"error":"GET_STATUS","msg":"UNKNOWN_COMMAND"})"));
    QCOMPARE(parse(R"({"cmd":"SET_CARD"})", 1).error(), std::string(R"({"error":"SET_CARD","msg":"UNKNOWN_COMMAND"})"));
    QVERIFY(parse(R"({"cmd":"CONTINUE"})", 1));
}

void JsonCommandsTest::echo_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("echo");
    const auto same = [](const char* json) { QTest::newRow(json) << QByteArray(json) << QByteArray(json); };
    for (const char* json :
         {"null", "false", "1", "\"\"", "[]", "{}", "12345678901234567890", "1.000000000000000000001", "1e400", R"("\ud800")", R"("€\u20ac")"})
        same(json);
    QTest::newRow("blanks") << QByteArray("{ \"b\" : [ 1 , \" x \" ] }") << QByteArray(R"({"b":[1," x "]})");
}

void JsonCommandsTest::echo()
{
    QFETCH(const QByteArray, request);
    QFETCH(const QByteArray, echo);
    const auto parsed = parse("{\"cmd\":\"GET_INFO\",\"request\":" + request.toStdString() + ",\"session\":\"s1\"}", 3);
    QCOMPARE(QByteArray::fromStdString(parsed->request), echo);
    QCOMPARE(parsed->session, std::string("s1"));
    QCOMPARE(QByteArray::fromStdString(text(message::InsertCard{.error = "x", .request = parsed->request, .session = {}})),
             "{\"error\":\"x\",\"msg\":\"INSERT_CARD\",\"request\":" + echo + "}");
}

void JsonCommandsTest::fields()
{
    const auto run = read<command::RunAuth>(
        R"({"tcTokenURL":"https:\/\/a.example/?x=%20\u00e4","cmd":"RUN_AUTH","developerMode":true,"status":false,"language":"de","messages":7,"extra":{"cmd":"X"}})");
    QCOMPARE(*run.tcTokenURL.value, std::string("https://a.example/?x=%20ä"));
    QVERIFY(run.developerMode == true && run.status == false && run.language.value == Language::German);
    QVERIFY(run.fault().empty());
    const auto lenient = read<command::RunAuth>(R"({"tcTokenURL":"x","cmd":"RUN_AUTH","developerMode":"true","status":1})");
    QVERIFY(!lenient.developerMode && !lenient.status && !lenient.language.given && lenient.fault().empty());
    QCOMPARE(*read<command::SetApiLevel>(R"({"cmd":"SET_API_LEVEL","level":1.5})").level.value, 1.5);
    QCOMPARE(*read<command::GetReader>(R"({"name":"a","cmd":"GET_READER","name":"b"})").name.value, std::string("b"));
}

void JsonCommandsTest::faults_data()
{
    QTest::addColumn<QByteArray>("members");
    QTest::addColumn<QByteArray>("fault");
    const auto row = [](const char* members, const char* fault) { QTest::newRow(members) << QByteArray(members) << QByteArray(fault); };
    row(R"("cmd":"SET_API_LEVEL")", "Level cannot be undefined");
    row(R"("cmd":"SET_API_LEVEL","level":"1")", "Invalid level");
    row(R"("cmd":"SET_API_LEVEL","level":null)", "Invalid level");
    row(R"("cmd":"SET_API_LEVEL","level":1e999)", "");
    row(R"("cmd":"GET_READER")", "Name cannot be undefined");
    row(R"("cmd":"GET_READER","name":1)", "Invalid name");
    row(R"("cmd":"RUN_AUTH")", "tcTokenURL cannot be undefined");
    row(R"("cmd":"RUN_AUTH","tcTokenURL":null)", "Invalid tcTokenURL");
    row(R"("cmd":"RUN_AUTH","tcTokenURL":["https://a"])", "Invalid tcTokenURL");
    row(R"("cmd":"RUN_AUTH","tcTokenURL":"https://a","language":"fr")", "Invalid language");
    row(R"("cmd":"RUN_CHANGE_PIN","language":1)", "Invalid language");
    row(R"("cmd":"GET_FAILURE_CODES","language":"DE")", "Invalid language");
    row(R"("cmd":"GET_FAILURE_CODES")", "");
    row(R"("cmd":"SET_ACCESS_RIGHTS")", "'chat' cannot be undefined");
    row(R"("cmd":"SET_ACCESS_RIGHTS","chat":null)", "Invalid 'chat' data");
    row(R"("cmd":"SET_ACCESS_RIGHTS","chat":{})", "Invalid 'chat' data");
    row(R"("cmd":"SET_ACCESS_RIGHTS","chat":[1])", "");
    row(R"("cmd":"SET_CARD","simulator":1)", "Name cannot be undefined");
    row(R"("cmd":"SET_CARD","name":true)", "Invalid name");
}

void JsonCommandsTest::faults()
{
    QFETCH(const QByteArray, members);
    QFETCH(const QByteArray, fault);
    const auto parsed = parse("{" + members.toStdString() + "}", 3);
    const auto found = std::visit(
        [](const auto& command) {
            if constexpr (requires { command.fault(); }) return command.fault();
            else return std::string_view("has none");
        },
        parsed->parameters);
    QCOMPARE(QByteArray(found.data(), qsizetype(found.size())), fault);
}

void JsonCommandsTest::secrets()
{
    QVERIFY(*read<command::SetPin>(R"({"cmd":"SET_PIN","value":"123456"})").value.value == Secret("123456"));
    QVERIFY(read<command::SetPuk>(R"({"cmd":"SET_PUK","value":""})").value.value->empty());
    QVERIFY(!read<command::SetCan>(R"({"cmd":"SET_CAN"})").value.given);
    QVERIFY(!read<command::SetPin>(R"({"cmd":"SET_PIN","value":null})").value.given);
    const auto number = read<command::SetNewPin>(R"({"cmd":"SET_NEW_PIN","value":123456})");
    QVERIFY(number.value.given && !number.value.value);
}

void JsonCommandsTest::rights()
{
    const auto chat = *read<command::SetAccessRights>(R"({"cmd":"SET_ACCESS_RIGHTS","chat":["CommunityID",7,"Address",null,"Nonsense"]})").chat.value;
    QCOMPARE(chat.size(), std::size_t(5));
    QCOMPARE(accessRightNamed(*chat[0]), std::optional(Right::ReadDg18));
    QVERIFY(!chat[1] && !chat[3]);
    QCOMPARE(accessRightNamed(*chat[2]), std::optional(Right::ReadDg17));
    QVERIFY(!accessRightNamed(*chat[4]) && !accessRightNamed("address") && !accessRightNamed(""));
    QCOMPARE(accessRightName(Right::WriteDg17), std::string_view("WriteAddress"));
    QVERIFY(accessRightName(Right::Privileged).empty());
}

void JsonCommandsTest::simulator()
{
    const auto with = [](const std::string& json) {
        return read<command::SetCard>("{\"cmd\":\"SET_CARD\",\"name\":\"Simulator\",\"simulator\":" + json + "}").simulator;
    };
    QVERIFY(!read<command::SetCard>(R"({"cmd":"SET_CARD","name":"Simulator"})").simulator.given);
    for (const char* other : {"null", "[]", "1", "\"adult\"", "true"}) QVERIFY2(with(other).given && !with(other).value, other);
    QVERIFY(with("{}").value->complete);
    QVERIFY(!with(R"({"files":[]})").value->complete);
    QCOMPARE(with(R"({"persona":"minor"})").value->persona, std::optional<std::string>("minor"));
    const auto card = with(R"({"files":[{"fileId":"0101","shortFileId":"01","content":"6100"},{"fileId":"0102","shortFileId":"02"},3],
                               "keys":[{"id":41,"content":"3000"},{"id":0,"content":"3000"},{"id":1.5,"content":"30"},{"id":1e99,"content":"30"},{"id":1,"content":7},{}]})");
    QCOMPARE(card.value->files.size(), std::size_t(1));
    QCOMPARE(card.value->files[0].fileId + card.value->files[0].shortFileId + card.value->files[0].content, std::string("0101016100"));
    QCOMPARE(card.value->keys.size(), std::size_t(1));
    QVERIFY(card.value->keys[0].id == 41 && card.value->keys[0].content == Secret("3000"));
    QCOMPARE(card.value->skipped, 7);
}

void JsonCommandsTest::whenAllowed()
{
    const Situation idle, running{true, {}}, pin{true, State::EnterPin}, rights{true, State::AccessRights};
    for (const auto& each : {idle, running, pin, rights}) QVERIFY(allowed(CommandName::GetStatus, each) && allowed(CommandName::SetApiLevel, each));
    QVERIFY(allowed(CommandName::RunAuth, idle) && !allowed(CommandName::RunAuth, running) && !allowed(CommandName::RunChangePin, pin));
    QVERIFY(!allowed(CommandName::Cancel, idle) && allowed(CommandName::Cancel, running) && allowed(CommandName::Cancel, pin));
    QVERIFY(allowed(CommandName::SetPin, pin) && !allowed(CommandName::SetPin, rights) && !allowed(CommandName::SetPin, running)
            && !allowed(CommandName::SetPin, idle));
    QVERIFY(allowed(CommandName::Accept, rights) && allowed(CommandName::GetCertificate, rights) && !allowed(CommandName::GetCertificate, pin));
    QVERIFY(allowed(CommandName::Continue, {true, State::Pause}) && !allowed(CommandName::Continue, pin));
}

QTEST_GUILESS_MAIN(JsonCommandsTest)
#include "json_commands_test.moc"
