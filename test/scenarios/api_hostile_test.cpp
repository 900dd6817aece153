// What a broken or hostile client may send to the JSON API, over a real WebSocket: each text has its answer, what is no text or too
// much ends the connection as RFC 6455 wants it, and a workflow that waits is not touched by any of it.
#include "scenarios/api_client.h"

using namespace eidkern;
using namespace eidkern::test;

class api_hostile_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<PublicLab> lab_;
    std::unique_ptr<ApiServer> server_;

    // A client whose workflow waits for consent.
    std::unique_ptr<ApiClient> waiting()
    {
        auto client = std::make_unique<ApiClient>(server_->port());
        client->send(QJsonObject{{"cmd", "RUN_AUTH"}, {"tcTokenURL", QString::fromStdString(lab_->tcTokenUrl())}});
        client->until("ACCESS_RIGHTS");
        return client;
    }

private slots:
    void initTestCase()
    {
        lab_ = PublicLab::start({}).value();
        server_ = std::make_unique<ApiServer>(apiSettings(*lab_));
    }
    void texts_data();
    void texts();
    void frames_data();
    void frames();
    void aTextInPieces();
    void binaryIsIgnored();
    void manyAtOnce();
    void whoReadsLate();
};

void api_hostile_test::texts_data()
{
    constexpr int mebibyte = 1 << 20;
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("answer"); // its beginning
    const auto row = [](const char* name, const QByteArray& text, const QByteArray& answer) { QTest::newRow(name) << text << answer; };
    const QByteArray undefined = R"({"error":"Command cannot be undefined","msg":"INVALID"})";
    row("empty", "", R"J({"error":"illegal value (offset: 0)","msg":"INVALID"})J");
    row("no JSON", "crap", R"J({"error":"illegal value (offset: 0)","msg":"INVALID"})J");
    row("cut off", R"({"cmd":"GET_INFO")", R"J({"error":"unterminated object (offset: 17)","msg":"INVALID"})J");
    row("two objects", R"({"cmd":"GET_INFO"}{"cmd":"GET_INFO"})", R"({"error":"garbage at the end)");
    row("NUL", QByteArray(1, '\0'), R"J({"error":"illegal value (offset: 0)","msg":"INVALID"})J");
    row("NUL behind it", QByteArray("{\"cmd\":\"GET_INFO\"}\0", 19), R"({"error":"garbage at the end)");
    row("NUL in a string", QByteArray("{\"cmd\":\"GET\0INFO\"}", 18), R"({"error":"control character in a string)");
    row("NUL, escaped", R"({"cmd":"GET_INFO\u0000"})", R"({"error":"GET_INFO\u0000","msg":"UNKNOWN_COMMAND"})");
    row("half a surrogate", R"({"cmd":"\udc00"})", "{\"error\":\"\xEF\xBF\xBD\",\"msg\":\"UNKNOWN_COMMAND\"}");
    row("array", R"([{"cmd":"GET_INFO"}])", undefined);
    row("number", "42", undefined);
    row("null", "null", undefined);
    row("command of another type", R"({"cmd":["GET_INFO"]})", undefined);
    row("arrays, deeply", QByteArray(mebibyte, '['), R"J({"error":"too deeply nested document (offset: 256)","msg":"INVALID"})J");
    row("objects, deeply", QByteArray(R"({"a":)").repeated(mebibyte / 5), R"({"error":"too deeply nested document)");
    row("a parameter, deeply", R"({"cmd":"GET_READER","name":)" + QByteArray(255, '[') + QByteArray(255, ']') + "}",
        R"({"error":"Invalid name","msg":"READER"})");
    row("1 MiB of blanks", R"({"cmd":)" + QByteArray(mebibyte - 10, ' ') + "1}", undefined);
    row("a name of almost 1 MiB", R"({"cmd":")" + QByteArray(mebibyte - 10, 'X') + "\"}", R"({"error":"XXXXXXXX)");
    row("a number of almost 1 MiB", R"({"cmd":"SET_API_LEVEL","level":)" + QByteArray(mebibyte - 40, '9') + "}",
        R"({"available":[1,2,3],"current":3,"error":"Unknown level","msg":"API_LEVEL"})");
    row("many keys", R"({"cmd":"GET_READER","name":1)" + QByteArray(R"(,"name":2)").repeated(100'000) + "}", R"({"error":"Invalid name","msg":"READER"})");
    row("a PIN where none is wanted", R"({"cmd":"SET_PIN","value":"123456"})", R"({"error":"SET_PIN","msg":"BAD_STATE"})");
    row("markup and controls", R"({"cmd":"<script>\u001b[2J\u202e"})", "{\"error\":\"<script>\\u001b[2J\xE2\x80\xAE\",\"msg\":\"UNKNOWN_COMMAND\"}");
}

void api_hostile_test::texts()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, answer);
    const auto client = waiting();
    client->send(text);
    const auto came = client->socket().text();
    QVERIFY2(came.startsWith(answer), came.left(200));
    QCOMPARE(client->ask("GET_STATUS")["state"].toString(), QString("ACCESS_RIGHTS"));
    client->send("CANCEL");
    QVERIFY(client->end().contains("result"));
}

void api_hostile_test::frames_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    const QByteArray info = R"({"cmd":"GET_INFO"})";
    QTest::newRow("more than 1 MiB") << WebSocketClient::frame(0x81, QByteArray((1 << 20) + 1, ' ')) << 1009;
    QTest::newRow("promises more than 1 MiB") << QByteArray("\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x12\x34\x56\x78", 14) << 1009;
    QTest::newRow("not masked") << WebSocketClient::frame(0x81, info, false) << 1002;
    QTest::newRow("reserved bit") << WebSocketClient::frame(0xC1, info) << 1002;
    QTest::newRow("reserved opcode") << WebSocketClient::frame(0x83, info) << 1002;
    QTest::newRow("continues nothing") << WebSocketClient::frame(0x80, info) << 1002;
    QTest::newRow("no UTF-8") << WebSocketClient::frame(0x81, "{\"cmd\":\"\xFF\"}") << 1007;
    QTest::newRow("overlong UTF-8") << WebSocketClient::frame(0x81, "{\"cmd\":\"\xC0\xAF\"}") << 1007;
    QTest::newRow("surrogate in UTF-8") << WebSocketClient::frame(0x81, "{\"cmd\":\"\xED\xA0\x80\"}") << 1007;
}

void api_hostile_test::frames()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const int, code);
    const auto client = waiting();
    client->socket().sendBytes(bytes);
    QCOMPARE(client->socket().closeCode(), code);
    ApiClient next(server_->port()); // the workflow has ended with its client
    QVERIFY(next.ask("GET_STATUS")["workflow"].isNull());
}

void api_hostile_test::aTextInPieces()
{
    const auto client = waiting();
    const QByteArray text = R"({"cmd":"GET_STATUS"})";
    for (qsizetype i = 0; i < text.size(); ++i)
        client->socket().sendBytes(WebSocketClient::frame((i == 0 ? 0x01 : 0x00) | (i + 1 == text.size() ? 0x80 : 0), text.mid(i, 1)));
    QCOMPARE(client->socket().text(), QByteArray(R"({"msg":"STATUS","progress":0,"state":"ACCESS_RIGHTS","workflow":"AUTH"})"));
}

void api_hostile_test::binaryIsIgnored()
{
    const auto client = waiting();
    client->socket().sendBytes(WebSocketClient::frame(0x82, R"({"cmd":"CANCEL"})"));
    client->socket().sendBytes(WebSocketClient::frame(0x82, QByteArray(1000, '\xFF')));
    QCOMPARE(client->ask("GET_STATUS")["state"].toString(), QString("ACCESS_RIGHTS"));
}

void api_hostile_test::manyAtOnce()
{
    constexpr int many = 20'000;
    const auto client = waiting();
    for (int i = 0; i < many; ++i) client->send(QByteArray(R"({"cmd":"SET_PIN","value":"123456"})"));
    for (int i = 0; i < many; ++i) QCOMPARE(client->socket().text(), QByteArray(R"({"error":"SET_PIN","msg":"BAD_STATE"})"));
    QCOMPARE(client->ask("GET_STATUS")["state"].toString(), QString("ACCESS_RIGHTS"));
}

// Nobody else is held up meanwhile, and nothing is lost.
void api_hostile_test::whoReadsLate()
{
    constexpr int many = 200;
    const auto late = waiting();
    late->socket().stopReading();
    for (int i = 0; i < many; ++i) late->send("GET_FAILURE_CODES");
    QCOMPARE(WebSocketClient(server_->port()).status(), 429);
    late->socket().readAgain();
    const auto first = late->socket().text();
    QVERIFY(first.size() > 50'000);
    for (int i = 1; i < many; ++i) QCOMPARE(late->socket().text(), first);
    QCOMPARE(late->ask("GET_STATUS")["state"].toString(), QString("ACCESS_RIGHTS"));
}

QTEST_GUILESS_MAIN(api_hostile_test)
#include "api_hostile_test.moc"
