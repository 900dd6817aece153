#include <QDir>
#include <QFile>
#include <QtTest>

#include "card/simulator/persona_json.h"

using namespace eidkern;
using namespace eidkern::card;

namespace
{

std::string minimal(const std::string& more) // more: a member, in line 5
{
    return "{\n\"pin\": \"123456\",\n\"can\": \"500540\",\n\"puk\": \"9876543210\",\n" + more + "\n}";
}

tl::expected<Persona, std::string> fromFile(const QString& name)
{
    QFile file(QString(EIDKERN_TEST_DATA "/../resources/personas/") + name);
    if (!file.open(QIODevice::ReadOnly)) return tl::unexpected<std::string>("no such file");
    return parsePersona(file.readAll().toStdString());
}

} // namespace

class PersonaTest : public QObject
{
    Q_OBJECT

private slots:
    void examples()
    {
        const auto adult = fromFile("adult.json");
        QVERIFY2(adult, adult ? "" : adult.error().c_str());
        QCOMPARE(adult->pin.text(), std::string_view("123456"));
        QCOMPARE(adult->pinTriesLeft, 3);
        QCOMPARE(*adult->dateOfExpiry, std::string("20340331"));
        QVERIFY(std::holds_alternative<StructuredPlace>(*adult->residence));
        QCOMPARE(dataGroups(*adult).size(), 14u);
        const auto suspended = fromFile("wrong-pin-twice.json");
        QVERIFY2(suspended, suspended ? "" : suspended.error().c_str());
        QCOMPARE(suspended->pinTriesLeft, 1);
        QVERIFY(std::holds_alternative<FreeTextPlace>(*suspended->placeOfBirth));
        QVERIFY(!dataGroups(*suspended).contains(13));
    }

    void everyFileIsAPersona()
    {
        const QDir folder(EIDKERN_TEST_DATA "/../resources/personas");
        const auto files = folder.entryList({"*.json"});
        QVERIFY(files.size() >= 15);
        for (const auto& name : files)
        {
            const auto persona = fromFile(name);
            QVERIFY2(persona, qPrintable(name + ": " + (persona ? "" : persona.error().c_str())));
        }
    }

    void longNamesAreLongerThanOneShortRead()
    {
        const auto groups = dataGroups(fromFile("long-names.json").value());
        for (const int number : {4, 5, 13, 17}) QVERIFY(groups.at(number).size() > 223);
    }

    void script()
    {
        const auto script = parsePersona(
                                minimal(R"("script": {"delayMs": 40, "removeAtApdu": 12, "answers": {"7": "6f00", "00a40400": "", "0022c1a4": "6300"}})"))
                                .value()
                                .script;
        QCOMPARE(script.delay.count(), 40);
        QCOMPARE(*script.removeAtApdu, 12);
        QCOMPARE(script.answers.size(), std::size_t(3));
        const auto byIndex = std::ranges::find_if(script.answers, [](const auto& each) { return each.index.has_value(); });
        QVERIFY(byIndex->index == 7 && byIndex->answer == (Bytes{0x6F, 0x00}));
        QVERIFY(std::ranges::any_of(script.answers, [](const auto& each) { return each.prefix == Bytes{0x00, 0xA4, 0x04, 0x00} && each.answer.empty(); }));
        QVERIFY(!script.pad);
        using enum AtPad;
        const auto pad = parsePersona(minimal(R"("script": {"pad": ["wrong", "nothing", "cancel", "right"]})")).value().script.pad;
        QVERIFY(pad == (std::vector{Wrong, Nothing, Cancel, Right}));
        QVERIFY(parsePersona(minimal(R"("script": {"pad": []})")).value().script.pad->empty());
        for (const auto* bad :
             {R"("script": 7)", R"("script": {"delay": 1})", R"("script": {"delayMs": -1})", R"("script": {"delayMs": 60001})",
              R"("script": {"removeAtApdu": 1.5})", R"("script": {"answers": []})", R"("script": {"answers": {"1234": "9"}})",
              R"("script": {"answers": {"1234": "90"}})", R"("script": {"answers": {"1234": 9000}})", R"("script": {"answers": {"a4": "9000"}})",
              R"("script": {"answers": {"7": "9000", "x7": "9000"}})", R"("script": {"answers": {"": "9000"}})", R"("script": {"pad": true})",
              R"("script": {"pad": ["press"]})", R"("script": {"pad": [1]})"})
            QVERIFY2(!parsePersona(minimal(bad)), bad);
    }

    void cardProtocols()
    {
        const auto with = [](const char* member) { return parsePersona(minimal(member)).value().protocols; };
        QVERIFY(with(R"("pukUsesLeft": 10)").eidType == EidType::CardCertified);
        QVERIFY(with(R"("eidType": "HWKeyStore")").eidType == EidType::HwKeyStore);
        const auto pace = with(R"("pace": {"cipher": "AES-192", "parameterId": 18})").pace;
        QCOMPARE(toHex(pace.oid), std::string("04007f00070202040203"));
        QCOMPARE(pace.keySize, std::size_t(24));
        QCOMPARE(pace.parameterId, 18);
        const auto chip = with(R"("chipAuthentication": {"cipher": "AES-256", "parameterId": 17})").chipAuthentication;
        QCOMPARE(toHex(chip.oid()), std::string("04007f00070202030204"));
        QCOMPARE(chip.keySize, std::size_t(32));
        QCOMPARE(chip.parameterId, 17);
        QVERIFY(parsePersona(minimal(R"("pukUsesLeft": 10)"))->extendedLength);
        QVERIFY(!parsePersona(minimal(R"("extendedLength": false)"))->extendedLength);
    }

    void encodings_data()
    {
        QTest::addColumn<QString>("member");
        QTest::addColumn<int>("group");
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("document type") << R"("documentType": "ID")" << 1 << QByteArray("610413024944");
        QTest::newRow("issuing state") << R"("issuingState": "D")" << 2 << QByteArray("6203130144");
        QTest::newRow("expiry") << R"("dateOfExpiry": "2030-04-30")" << 3 << QByteArray("630a12083230333030343330");
        QTest::newRow("given names") << R"("givenNames": "TURKA")" << 4 << QByteArray("64070c055455524b41");
        QTest::newRow("empty name") << R"("artisticName": "")" << 6 << QByteArray("66020c00");
        QTest::newRow("birth") << R"("dateOfBirth": "1984-08-12")" << 8 << QByteArray("680a12083139383430383132");
        QTest::newRow("birth, month known") << R"("dateOfBirth": "1984-08")" << 8 << QByteArray("680a12083139383430382020");
        QTest::newRow("birth, year known") << R"("dateOfBirth": "1984")" << 8 << QByteArray("680a12083139383420202020");
        QTest::newRow("place as text") << R"("placeOfBirth": "BERLIN")" << 9 << QByteArray("690aa1080c064245524c494e");
        QTest::newRow("no place") << R"("residence": {"none": "keine"})" << 17 << QByteArray("7109a2070c056b65696e65");
        QTest::newRow("residence") << R"("residence": {"street": "HEIDESTRAẞE 17", "city": "KÖLN", "country": "D", "zipCode": "51147"})" << 17
                                   << QByteArray("712d302baa120c10484549444553545241e1ba9e45203137ab070c054bc3964c4ead03130144ae0713053531313437");
        QTest::newRow("community") << R"("communityId": "02760503150000")" << 18 << QByteArray("7209040702760503150000");
        QTest::newRow("permit") << R"("residencePermitI": "RESIDENCE PERMIT 1")" << 19 << QByteArray("7316a1140c125245534944454e4345205045524d49542031");
        QTest::newRow("phone") << R"("phoneNumber": "tel:+49-030-1234567")" << 21 << QByteArray("7515131374656c3a2b34392d3033302d31323334353637");
        QTest::newRow("e-mail") << R"("emailAddress": "erika@mustermann.de")" << 22 << QByteArray("761516136572696b61406d75737465726d616e6e2e6465");
    }
    void encodings()
    {
        QFETCH(QString, member);
        QFETCH(int, group);
        QFETCH(QByteArray, content);
        const auto persona = parsePersona(minimal(member.toStdString()));
        QVERIFY2(persona, persona ? "" : persona.error().c_str());
        const auto groups = dataGroups(*persona);
        QCOMPARE(groups.size(), 1u);
        QCOMPARE(toHex(groups.at(group)), content.toStdString());
    }

    void refusals_data()
    {
        QTest::addColumn<QString>("member");
        QTest::addColumn<QString>("named");
        QTest::newRow("unknown key") << R"("surname": "x")" << "\"surname\" (line 5): not known; known are description, pin, can";
        QTest::newRow("counter") << R"("pinTriesLeft": 4)" << "\"pinTriesLeft\" (line 5): a whole number from 0 to 3";
        QTest::newRow("fraction") << R"("pinTriesLeft": 1.5)" << "a whole number";
        QTest::newRow("kind") << R"("givenNames": 7)" << "\"givenNames\" (line 5): a text is expected";
        QTest::newRow("bool") << R"("pinDeactivated": "no")" << "true or false";
        QTest::newRow("no such day") << R"("dateOfExpiry": "2031-02-29")" << "a date like";
        QTest::newRow("partial expiry") << R"("dateOfExpiry": "2031-02")" << "a date like";
        QTest::newRow("German date") << R"("dateOfBirth": "12.08.1984")" << "a date like";
        QTest::newRow("umlaut") << R"("issuingState": "Ö")" << "letters A to Z";
        QTest::newRow("place without city") << R"("residence": {"street": "x"})" << "\"city\"";
        QTest::newRow("place without country") << R"("placeOfBirth": {"city": "x"})" << "\"placeOfBirth\" (line 5): a text";
        QTest::newRow("place with more") << R"("residence": {"city": "x", "country": "D", "planet": "y"})" << "\"city\"";
        QTest::newRow("place as number") << R"("residence": 3)" << "\"city\"";
        QTest::newRow("eID type") << R"("eidType": "Card")" << "\"eidType\" (line 5): CardCertified";
        QTest::newRow("3DES") << R"("pace": {"cipher": "3DES", "parameterId": 13})" << "AES-128";
        QTest::newRow("curve") << R"("pace": {"cipher": "AES-256", "parameterId": 19})" << "a curve from 8 to 18";
        QTest::newRow("pace with more") << R"("pace": {"cipher": "AES-256", "parameterId": 13, "mapping": "IM"})" << "a curve from 8 to 18";
        QTest::newRow("chip, 3DES") << R"("chipAuthentication": {"cipher": "3DES", "parameterId": 13})" << "\"chipAuthentication\" (line 5): {\"cipher\"";
        QTest::newRow("chip, curve") << R"("chipAuthentication": {"cipher": "AES-128", "parameterId": 7})" << "a curve from 8 to 18";
        QTest::newRow("extended length") << R"("extendedLength": 1)" << "\"extendedLength\" (line 5): true or false";
        QTest::newRow("document number") << R"("documentNumber": "T2200012")" << "9 letters";
        QTest::newRow("MRZ without dates") << R"("documentNumber": "T22000129")" << "dateOfBirth";
        QTest::newRow("hex") << R"("communityId": "027")" << "hex digits";
    }
    void refusals()
    {
        QFETCH(QString, member);
        QFETCH(QString, named);
        const auto persona = parsePersona(minimal(member.toStdString()));
        QVERIFY(!persona);
        QVERIFY2(persona.error().find(named.toStdString()) != std::string::npos, persona.error().c_str());
    }

    void passwords()
    {
        QVERIFY(parsePersona(R"({"pin": "12345", "can": "500540", "puk": "9876543210"})"));
        for (const auto* json : {R"({"pin": "1234", "can": "500540", "puk": "9876543210"})", R"({"pin": "12345x", "can": "500540", "puk": "9876543210"})",
                                 R"({"pin": 123456, "can": "500540", "puk": "9876543210"})", R"({"pin": "123456", "can": "50054", "puk": "9876543210"})",
                                 R"({"pin": "123456", "can": "500540", "puk": "987654321"})", R"({"pin": "123456", "can": "500540"})"})
        {
            const auto persona = parsePersona(json);
            QVERIFY(!persona);
            for (const auto* value : {"1234", "50054", "98765"}) QVERIFY(persona.error().find(value) == std::string::npos);
        }
    }

    void notJson()
    {
        for (const auto* json : {"", "[]", "7", "{", "{\"pin\": }", "\xff\xfe"}) QVERIFY(!parsePersona(json));
        QVERIFY(parsePersona("{\n\n\"pin\": }").error().find("line 3") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(PersonaTest)
#include "persona_test.moc"
