// Decoding of data groups: the encodings that cards use, and what is refused.
#include <QtTest>

#include "core/tlv.h"
#include "lab/read_data_groups.h"

using namespace eidkern;
using lab::DataGroupValue;
using lab::Place;
using lab::readDataGroup;

class LabDataGroupsTest : public QObject
{
    Q_OBJECT
private slots:
    void values_data();
    void values();
    void refused_data();
    void refused();
    void everyPrefixIsRefused();
    void largeAndDeep();
};

static std::string shown(const DataGroupValue& value)
{
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* bytes = std::get_if<Bytes>(&value)) return "bytes " + toHex(*bytes);
    const auto& place = std::get<Place>(value);
    if (place.kind == Place::Kind::FreeText) return "free " + place.text;
    if (place.kind == Place::Kind::None) return "none " + place.text;
    return place.street + '|' + place.city + '|' + place.state + '|' + place.country + '|' + place.zipCode;
}

void LabDataGroupsTest::values_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<QString>("value");
    const auto row = [](const char* name, int number, const char* hex, const char* value) {
        QTest::newRow(name) << number << QByteArray(hex) << QString(value);
    };
    row("document type", 1, "610413024944", "ID");
    row("issuing state", 2, "6203130144", "D");
    row("date of expiry", 3, "630A12083230333430363330", "20340630");
    row("given names", 4, "64070C054552494B41", "ERIKA");
    row("family names with umlaut", 5, "65060C044DC39C4C", "MÜL");
    row("empty artistic name", 6, "66020C00", "");
    row("date of birth", 8, "680A12083139383430383132", "19840812");
    row("date of birth, day unknown", 8, "680A12083139383430382020", "198408  ");
    row("place of birth", 9, "690AA1080C064245524C494E", "free BERLIN");
    row("structured place of birth", 9,
        "6919"
        "3017"
        "AB080C064245524C494E"
        "AC060C0442455242"
        "AD03130144",
        "|BERLIN|BERB|D|");
    row("nationality", 10, "6A03130144", "D");
    row("optional data as it is", 12, "6C03310130", "bytes 310130");
    row("birth name", 13, "6D080C064741424C4552", "GABLER");
    row("date of issuance", 15, "6F0A12083230313931313031", "20191101");
    row("residence", 17, "712D302BAA120C10484549444553545241E1BA9E45203137AB070C054BC3964C4EAD03130144AE0713053531313437", "HEIDESTRAẞE 17|KÖLN||D|51147");
    row("residence as a set", 17, "710A3108A1060C0457454721", "free WEG!");
    row("no residence", 17, "7106A2040C026E6F", "none no");
    row("community id", 18, "7209040702760503150000", "bytes 02760503150000");
    row("residence permit", 19, "7306A1040C025250", "free RP");
    row("phone", 21, "7506130474656C3A", "tel:");
    row("e-mail", 22, "7605160361406D", "a@m");
    row("filled up with zeros", 4, "64070C054552494B41000000000000", "ERIKA");
}

void LabDataGroupsTest::values()
{
    QFETCH(int, number);
    QFETCH(QByteArray, hex);
    QFETCH(QString, value);
    const auto decoded = readDataGroup(number, *fromHex(hex.toStdString()));
    QVERIFY(decoded);
    QCOMPARE(QString::fromStdString(shown(*decoded)), value);
}

void LabDataGroupsTest::refused_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<QByteArray>("hex");
    const auto row = [](const char* name, int number, const char* hex) { QTest::newRow(name) << number << QByteArray(hex); };
    row("nothing", 4, "");
    row("group 0", 0, "60020C00");
    row("group 23", 23, "77020C00");
    row("another group", 5, "64070C054552494B41");
    row("another string type", 4, "6407130545524941FF");
    row("broken UTF-8", 4, "64040C02C328");
    row("surrogate in UTF-8", 4, "64050C03EDA080");
    row("control character", 10, "6A0313010A");
    row("8-bit IA5", 22, "76031601E4");
    row("date too short", 3, "630912073230333430363");
    row("date of 7", 3, "6309120732303334303633");
    row("letters in a date", 3, "630A1208323033343036334F");
    row("two strings", 4, "64060C01410C0142");
    row("bytes behind it", 4, "64070C054552494B4101");
    row("place without kind", 9, "69040C024142");
    row("empty place", 17, "71023000");
    row("city twice", 17, "710C300AAB030C0141AB030C0142");
    row("unknown field", 17, "71073005AF030C0141");
    row("set in set", 17, "7109310731053103A1010C");
    row("empty set", 17, "71023100");
    row("community id as text", 18, "72040C024142");
}

void LabDataGroupsTest::refused()
{
    QFETCH(int, number);
    QFETCH(QByteArray, hex);
    QVERIFY(!readDataGroup(number, fromHex(hex.toStdString()).value_or(Bytes())));
}

void LabDataGroupsTest::everyPrefixIsRefused()
{
    const auto whole = *fromHex("712D302BAA120C10484549444553545241E1BA9E45203137AB070C054BC3964C4EAD03130144AE0713053531313437");
    for (std::size_t size = 0; size < whole.size(); ++size) QVERIFY(!readDataGroup(17, ByteView(whole).first(size)));
}

void LabDataGroupsTest::largeAndDeep()
{
    const auto name = readDataGroup(4, tlv(0x64, tlv(0x0C, Bytes(20'000, 'A'))));
    QVERIFY(name && std::get<std::string>(*name).size() == 20'000);
    Bytes nested;
    for (int i = 0; i < 5000; ++i) nested = tlv(0x31, nested);
    QVERIFY(!readDataGroup(17, tlv(0x71, nested)));
}

QTEST_GUILESS_MAIN(LabDataGroupsTest)
#include "lab_data_groups_test.moc"
