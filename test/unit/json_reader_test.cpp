// JSON from clients: what is valid, what is refused and where, and what hostile texts become. QJsonDocument is the second opinion.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>
#include <cmath>

#include "contract/json_reader.h"

using namespace eidkern;
using namespace eidkern::sdk;

class JsonReaderTest : public QObject
{
    Q_OBJECT
private slots:
    void values();
    void texts_data();
    void texts();
    void numbers();
    void entries();
    void refused_data();
    void refused();
    void depth();
    void everyByteFlippedAgreesWithQt();
    void withoutBlanks();
};

static json::Value valueOf(std::string_view text) { return json::parse(text).value(); }

static json::Type typeOf(std::string_view text) { return valueOf(text).type(); }

void JsonReaderTest::values()
{
    QCOMPARE(typeOf(" null\n"), json::Type::Null);
    QCOMPARE(typeOf("true"), json::Type::Boolean);
    QCOMPARE(typeOf("-1.5e3"), json::Type::Number);
    QCOMPARE(typeOf("\"\""), json::Type::String);
    QCOMPARE(typeOf("[]"), json::Type::Array);
    QCOMPARE(typeOf("\xEF\xBB\xBF{ }"), json::Type::Object);
    QCOMPARE(valueOf("false").boolean(), std::optional(false));
    QVERIFY(!valueOf("0").boolean() && !valueOf("\"true\"").boolean());
    QVERIFY(!valueOf("true").number() && !valueOf("\"1\"").number());
    QVERIFY(!valueOf("null").string() && !valueOf("[\"a\"]").string() && !valueOf("12").secret());
    QVERIFY(*valueOf("\"123456\"").secret() == Secret("123456"));
    QVERIFY(*valueOf("\"12\\u003356\"").secret() == Secret("12356"));
    QVERIFY(valueOf("\"ACCEPT\"").is("ACCEPT") && valueOf("\"\\u0041CCEPT\"").is("ACCEPT"));
    QVERIFY(!valueOf("\"accept\"").is("ACCEPT") && !valueOf("\"ACCEPT \"").is("ACCEPT") && !valueOf("1").is("1"));
}

void JsonReaderTest::texts_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("decoded");
    QTest::newRow("plain") << QByteArray("\"abc\"") << QByteArray("abc");
    QTest::newRow("every short escape") << QByteArray(R"("\"\\\/\b\f\n\r\t")") << QByteArray("\"\\/\b\f\n\r\t");
    QTest::newRow("UTF-8 of two, three and four bytes") << QByteArray("\"é€😀\"") << QByteArray("é€😀");
    QTest::newRow("the same, escaped") << QByteArray(R"("\u00e9\u20AC\uD83D\ude00")") << QByteArray("é€😀");
    QTest::newRow("NUL") << QByteArray(R"("a\u0000b")") << QByteArray("a\0b", 3);
    QTest::newRow("high surrogate alone") << QByteArray(R"("\ud83dx")") << QByteArray("\xEF\xBF\xBDx");
    QTest::newRow("low surrogate alone") << QByteArray(R"("\ude00")") << QByteArray("\xEF\xBF\xBD");
    QTest::newRow("two high surrogates, then a low one") << QByteArray(R"("\ud83d\ud83d\ude00")") << QByteArray("\xEF\xBF\xBD😀");
    QTest::newRow("high surrogate, then another escape") << QByteArray(R"("\ud83d\n")") << QByteArray("\xEF\xBF\xBD\n");
    QTest::newRow("high surrogate, then no surrogate") << QByteArray(R"("\ud83d\u0041")") << QByteArray("\xEF\xBF\xBD\x41");
    QTest::newRow("an escaped backslash before a quote") << QByteArray(R"("\\\"")") << QByteArray("\\\"");
}

void JsonReaderTest::texts()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, decoded);
    QCOMPARE(valueOf(text.toStdString()).string(), std::optional(decoded.toStdString()));
}

void JsonReaderTest::numbers()
{
    QCOMPARE(*valueOf("3").number(), 3.0);
    QCOMPARE(*valueOf("-0.125").number(), -0.125);
    QCOMPARE(*valueOf("1E+2").number(), 100.0);
    QVERIFY(std::isinf(*valueOf("1e999999").number()));
    QVERIFY(std::isinf(*valueOf(std::string(5000, '9')).number()));
    QCOMPARE(*valueOf("1e-999999").number(), 0.0);
}

void JsonReaderTest::entries()
{
    const auto document = std::string(R"( { "a" : [ 1 , {"b":2} ] , "" : {} , "a" : "x,}" } )");
    json::Entries members(valueOf(document));
    const auto first = members.next(), second = members.next(), third = members.next();
    QVERIFY(first && second && third && !members.next());
    QVERIFY(first->key->is("a") && second->key->is("") && third->key->is("a"));
    QCOMPARE(third->value.string(), std::optional<std::string>("x,}"));
    json::Entries list(first->value);
    QCOMPARE(list.next()->value.number(), std::optional(1.0));
    const auto inner = list.next();
    QVERIFY(!inner->key && inner->value.type() == json::Type::Object && !list.next());
    QVERIFY(!json::Entries(second->value).next());
    QVERIFY(!json::Entries(valueOf("[ ]")).next() && !json::Entries(valueOf("\"[1]\"")).next() && !json::Entries(valueOf("1")).next());
}

void JsonReaderTest::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("offset");
    const auto row = [](const char* name, QByteArray text, int offset) { QTest::newRow(name) << text << offset; };
    row("nothing", "", 0);
    row("blanks", "  ", 2);
    row("a word", "crap", 0);
    row("half a word", "tru", 0);
    row("two values", "{} {}", 3);
    row("NUL after it", QByteArray("{}\0", 3), 2);
    row("NUL in front", QByteArray("\0{}", 3), 0);
    row("open object", "{\"a\":1", 6);
    row("open array", "[1", 2);
    row("comma at the end", "[1,]", 3);
    row("comma at the end of an object", "{\"a\":1,}", 7);
    row("no colon", "{\"a\" 1}", 5);
    row("no quotes", "{a:1}", 1);
    row("single quotes", "{'a':1}", 1);
    row("a key that is no string", "{1:1}", 1);
    row("open string", "\"abc", 4);
    row("line end in a string", "\"a\nb\"", 2);
    row("NUL in a string", QByteArray("\"a\0b\"", 5), 2);
    row("unknown escape", R"("\x41")", 3);
    row("short escape", R"("\u12")", 1);
    row("escape at the end", "\"\\", 1);
    row("leading zero", "01", 1);
    row("no digit", "-", 1);
    row("no fraction", "1.", 2);
    row("no exponent", "1e+", 3);
    row("plus", "+1", 0);
    row("comment", "/**/{}", 0);
    row("a byte of no character", "\"\xFF\"", 1);
    row("overlong slash", "\"\xC0\xAF\"", 1);
    row("overlong in three bytes", "\"\xE0\x9F\xBF\"", 1);
    row("surrogate in UTF-8", "\"\xED\xA0\x80\"", 1);
    row("beyond Unicode", "\"\xF4\x90\x80\x80\"", 1);
    row("half a character", "\"\xE2\x82\"", 1);
    row("invalid outside of strings", "{\"a\":\xFF}", 5);
    row("UTF-16", QByteArray("{\0}\0", 4), 1);
    row("byte order mark, then nothing", "\xEF\xBB\xBF", 3);
}

void JsonReaderTest::refused()
{
    QFETCH(const QByteArray, text);
    QFETCH(const int, offset);
    const auto copy = text.toStdString();
    const auto parsed = json::parse(copy);
    QVERIFY(!parsed);
    QVERIFY(!parsed.error().text.empty());
    QCOMPARE(int(parsed.error().offset), offset);
}

void JsonReaderTest::depth()
{
    const auto nested = [](int n) { return std::string(std::size_t(n), '[') + std::string(std::size_t(n), ']'); };
    QVERIFY(json::parse(nested(256)));
    QCOMPARE(json::parse(nested(257)).error().text, std::string_view("too deeply nested document"));
    QVERIFY(!json::parse(std::string(1 << 20, '[')));
    QVERIFY(!json::parse(std::string(1 << 20, '{')));
    std::string objects;
    for (int i = 0; i < 257; ++i) objects += "{\"a\":";
    QCOMPARE(json::parse(objects).error().text, std::string_view("too deeply nested document"));
}

// Where the two differ on purpose: Qt takes no scalar at the top, and some escapes that JSON does not have.
void JsonReaderTest::everyByteFlippedAgreesWithQt()
{
    const QByteArray usual = R"({"cmd":"RUN_AUTH","n":[-1.5e+2,null,true,{}],"s":"\"\u20ac\ud83d\ude00€"})";
    int valid = 0, invalid = 0;
    for (int at = 0; at < usual.size(); ++at)
        for (int byte = 1; byte < 256; ++byte)
        {
            auto changed = usual;
            changed[at] = char(byte);
            const auto text = changed.toStdString();
            const auto ours = json::parse(text);
            const auto qt = QJsonDocument::fromJson(changed);
            if (ours)
            {
                ++valid;
                QVERIFY2(!qt.isNull(), changed);
                QCOMPARE(QJsonDocument::fromJson(QByteArray::fromStdString(json::compact(*ours))), qt);
                continue;
            }
            ++invalid;
            const bool lenient = ours.error().text == "invalid escape sequence" || ours.error().text == "control character in a string";
            QVERIFY2(qt.isNull() || lenient, changed);
        }
    QVERIFY(valid > 1000 && invalid > 1000);
}

void JsonReaderTest::withoutBlanks()
{
    QCOMPARE(json::compact(valueOf("{ \"a b\" :\t[ 1 ,\r\n\"\\\" x\" , \"\\\\\" ] }")), std::string(R"({"a b":[1,"\" x","\\"]})"));
    QCOMPARE(json::compact(valueOf(" 12345678901234567890.0000001 ")), std::string("12345678901234567890.0000001"));
}

QTEST_GUILESS_MAIN(JsonReaderTest)
#include "json_reader_test.moc"
