// What leaves: exact texts, keys in order, valid UTF-8 whatever came in.
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QtTest>

#include "contract/messages.h"

using namespace eidkern;
using namespace eidkern::sdk;

class JsonMessagesTest : public QObject
{
    Q_OBJECT
private slots:
    void texts_data();
    void texts();
    void fullestIsAsQtWouldWriteIt_data();
    void fullestIsAsQtWouldWriteIt();
    void escapes_data();
    void escapes();
    void rightsInTheOrderOfTheChat();
    void statusIsCheap();
};

static const ReaderInfo basic{.card = CardInfo{.retryCounter = 3}, .name = "R1"};
static const ReaderInfo fullest{.card = CardInfo{.deactivated = true, .pin = PinInfo{PinState::Suspended, 1}, .retryCounter = -1},
                                .insertable = true,
                                .keypad = true,
                                .lastResult = LastResult{"0x80100069", ReaderOperation::Transmit},
                                .name = "Gerät \"1\""};

void JsonMessagesTest::texts_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const std::string& text, const char* expected) {
        QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(expected);
    };
    row("AUTH begun", text(message::Auth{}), R"({"msg":"AUTH"})");
    row("CHANGE_PIN begun", text(message::ChangePin{}), R"({"msg":"CHANGE_PIN"})");
    row("AUTH refused", text(message::Auth{.error = "Invalid tcTokenURL", .request = "1"}), R"({"error":"Invalid tcTokenURL","msg":"AUTH","request":1})");
    row("AUTH ended", text(message::Auth{.result = WorkflowResult{}, .url = "https://a/?ResultMajor=ok"}),
        R"({"msg":"AUTH","result":{"major":"http://www.bsi.bund.de/ecard/api/1.1/resultmajor#ok"},"url":"https://a/?ResultMajor=ok"})");
    row("CHANGE_PIN ended", text(message::ChangePin{.reason = FailureCode::User_Cancelled, .success = false}),
        R"({"msg":"CHANGE_PIN","reason":"User_Cancelled","success":false})");
    row("STATUS of nothing", text(message::Status{}), R"({"msg":"STATUS","progress":null,"state":null,"workflow":null})");
    row("STATUS", text(message::Status{.progress = 20, .state = State::EnterNewPin, .workflow = WorkflowName::ChangePin}),
        R"({"msg":"STATUS","progress":20,"state":"ENTER_NEW_PIN","workflow":"CHANGE_PIN"})");
    row("READER gone", text(message::Reader{.reader = {.attached = false, .keypad = true, .name = "X"}}), R"({"attached":false,"msg":"READER","name":"X"})");
    row("READER empty", text(message::Reader{.reader = {.insertable = true, .keypad = true, .name = "Simulator"}}),
        R"({"attached":true,"card":null,"insertable":true,"keypad":true,"msg":"READER","name":"Simulator"})");
    row("READER with a card", text(message::Reader{.reader = basic}),
        R"({"attached":true,"card":{"deactivated":false,"inoperative":false,"retryCounter":3},"insertable":false,"keypad":false,"msg":"READER","name":"R1"})");
    row("READER with another card", text(message::Reader{.reader = {.card = CardInfo{.eid = false, .pin = PinInfo{}}, .name = "R1"}}),
        R"({"attached":true,"card":{},"insertable":false,"keypad":false,"msg":"READER","name":"R1"})");
    row("ENTER_PIN", text(message::EnterPin{.reader = basic}),
        R"({"msg":"ENTER_PIN","reader":{"attached":true,"card":{"deactivated":false,"inoperative":false,"retryCounter":3},"insertable":false,"keypad":false,"name":"R1"}})");
    row("READER_LIST of none", text(message::ReaderList{}), R"({"msg":"READER_LIST","readers":[]})");
    row("READER_LIST, level 1", text(message::ReaderList{.level = 1, .readers = {{.attached = false, .name = "a"}, {.attached = false, .name = "b"}}}),
        R"({"msg":"READER_LIST","reader":[{"attached":false,"name":"a"},{"attached":false,"name":"b"}]})");
    row("ACCESS_RIGHTS of nothing", text(message::AccessRights{}), R"({"chat":{"effective":[],"optional":[],"required":[]},"msg":"ACCESS_RIGHTS"})");
    row("CERTIFICATE of nothing", text(message::Certificate{}),
        R"({"description":{"issuerName":"","issuerUrl":"","purpose":"","subjectName":"","subjectUrl":"","termsOfUsage":""},"msg":"CERTIFICATE","validity":{"effectiveDate":"","expirationDate":""}})");
    row("API_LEVEL", text(message::ApiLevel{.available = {1, 2, 3}, .current = 3}), R"({"available":[1,2,3],"current":3,"msg":"API_LEVEL"})");
    row("PAUSE", text(message::Pause{}), R"({"cause":"BadCardPosition","msg":"PAUSE"})");
    row("BAD_STATE", text(message::BadState{.error = "SET_PIN"}), R"({"error":"SET_PIN","msg":"BAD_STATE"})");
}

void JsonMessagesTest::texts()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, expected);
    QCOMPARE(text, expected);
}

// Qt sorts the keys and writes without blanks: the same text comes back.
void JsonMessagesTest::fullestIsAsQtWouldWriteIt_data()
{
    QTest::addColumn<QByteArray>("text");
    const std::string error = "e", request = R"({"a":1})", session = "s";
    const auto row = [](const char* name, const std::string& text) { QTest::newRow(name) << QByteArray::fromStdString(text); };
    const std::vector<Hint> hints{{"one", "Erst\nso"}, {"two", "dann so"}};
    row("AUTH", text(message::Auth{error, request, WorkflowResult{"d", hints, Language::German, ResultMajor::Error, "m", "n", FailureCode::Card_Removed},
                                   session, "u"}));
    row("CHANGE_PIN", text(message::ChangePin{error, hints, FailureCode::Card_Removed, request, session, true}));
    row("ACCESS_RIGHTS", text(message::AccessRights{Aux{"2000-01-01", "0276", "18", "2026-01-01"},
                                                    {{Right::ReadDg1}, {Right::AgeVerification, Right::ReadDg17}, {Right::CanAllowed}},
                                                    error,
                                                    request,
                                                    session,
                                                    "t"}));
    row("API_LEVEL", text(message::ApiLevel{{1}, 1, error, request}));
    row("CERTIFICATE", text(message::Certificate{{"a", "b", "c", "d", "e", "f\r\n"}, request, session, {"x", "y"}}));
    row("ENTER_CAN", text(message::EnterCan{error, fullest, request, session}));
    row("ENTER_PIN", text(message::EnterPin{error, fullest, request, session}));
    row("ENTER_PUK", text(message::EnterPuk{error, fullest, request, session}));
    row("ENTER_NEW_PIN", text(message::EnterNewPin{error, fullest, request, session}));
    row("INSERT_CARD", text(message::InsertCard{error, request, session}));
    row("PAUSE", text(message::Pause{PauseCause::BadCardPosition, session}));
    row("READER", text(message::Reader{fullest, request}));
    row("READER_LIST", text(message::ReaderList{3, {fullest, basic}, request}));
    row("READER_LIST, level 1", text(message::ReaderList{1, {fullest, basic}, request}));
    row("STATUS", text(message::Status{-2147483647 - 1, request, session, State::Pause, WorkflowName::Unknown}));
    row("INFO", text(message::Info{{"a", "b", "c", "d", "e", "f", "g"}, request}));
    row("BAD_STATE", text(message::BadState{error, request}));
    row("INVALID", text(message::Invalid{error, request}));
    row("UNKNOWN_COMMAND", text(message::UnknownCommand{error, request}));
    row("INTERNAL_ERROR", text(message::InternalError{error, request, session}));
    row("CAPABILITIES", text(message::Capabilities{
                            {"A", "B"}, {Language::German, Language::English}, 1, true, {"p"}, {"n", "v"}, {ReaderKind::Pcsc, ReaderKind::Simulator}, request}));
    row("FAILURE_CODES",
        text(message::FailureCodes{{{"c", FailureCode::User_Cancelled, hints, {"i"}, "/m", Origin::Client, true}}, error, Language::English, request}));
}

void JsonMessagesTest::fullestIsAsQtWouldWriteIt()
{
    QFETCH(const QByteArray, text);
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(text, &error);
    QVERIFY2(!document.isNull(), qPrintable(error.errorString()));
    QCOMPARE(text, document.toJson(QJsonDocument::Compact));
}

void JsonMessagesTest::escapes_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("expected");
    const QByteArray replaced = "\xEF\xBF\xBD";
    QTest::newRow("short ones") << QByteArray("\"\\/\b\f\n\r\t") << QByteArray(R"(\"\\/\b\f\n\r\t)");
    QTest::newRow("controls") << QByteArray("\0\x01\x1f\x7f", 4) << QByteArray("\\u0000\\u0001\\u001f\x7f");
    QTest::newRow("UTF-8") << QByteArray("ä€😀") << QByteArray("ä€😀");
    QTest::newRow("Latin-1") << QByteArray("Ger\xE4t") << "Ger" + replaced + "t";
    QTest::newRow("half a character") << QByteArray("a\xE2\x82") << "a" + replaced + replaced;
    QTest::newRow("overlong") << QByteArray("\xC0\x80") << replaced + replaced;
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << replaced + replaced + replaced;
    QTest::newRow("beyond Unicode") << QByteArray("\xF5\x80\x80\x80") << replaced + replaced + replaced + replaced;
}

void JsonMessagesTest::escapes()
{
    QFETCH(const QByteArray, name);
    QFETCH(const QByteArray, expected);
    const auto sent = QByteArray::fromStdString(text(message::UnknownCommand{.error = name.toStdString()}));
    QCOMPARE(sent, "{\"error\":\"" + expected + "\",\"msg\":\"UNKNOWN_COMMAND\"}");
    QVERIFY(!QJsonDocument::fromJson(sent).isNull());
}

void JsonMessagesTest::rightsInTheOrderOfTheChat()
{
    const Rights all(0x3F'FFFF'FFFF);
    const auto sent = text(message::AccessRights{.chat = {.effective = all}});
    QCOMPARE(sent,
             std::string(R"({"chat":{"effective":["WriteAddress","WriteCommunityID","WriteResidencePermitI","WriteResidencePermitII","ResidencePermitII",)"
                         R"("ResidencePermitI","CommunityID","Address","BirthName","Nationality","PlaceOfBirth","DateOfBirth","DoctoralDegree","ArtisticName",)"
                         R"("FamilyName","GivenNames","ValidUntil","IssuingCountry","DocumentType","PinManagement","CanAllowed","Pseudonym",)"
                         R"("AddressVerification","AgeVerification"],"optional":[],"required":[]},"msg":"ACCESS_RIGHTS"})"));
}

// A guard against the wrong order of magnitude only: usual are 0.1 µs.
void JsonMessagesTest::statusIsCheap()
{
    constexpr int times = 20'000;
    QElapsedTimer timer;
    std::size_t bytes = 0;
    timer.start();
    for (int i = 0; i < times; ++i) bytes += text(message::Status{.progress = i % 100, .state = State::EnterPin, .workflow = WorkflowName::Auth}).size();
    const auto each = double(timer.nsecsElapsed()) / times;
    qInfo("STATUS: %.0f ns", each);
    QVERIFY(bytes > 0);
    QVERIFY2(each < 50'000, "more than 50 µs");
}

QTEST_GUILESS_MAIN(JsonMessagesTest)
#include "json_messages_test.moc"
