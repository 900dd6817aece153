// Readers of PC/SC with a pad: what they say of themselves, EXECUTE_PACE byte by byte (PC/SC part 10, amendment 1), and what a
// connection makes of it.
#include <QTest>

#include "card/pcsc/session.h"
#include "support/scripted_pcsc.h"

using namespace eidkern;
using namespace eidkern::card;

namespace
{

Bytes hex(const QByteArray& text) { return fromHex(QByteArray(text).replace(" ", "").toStdString()).value(); }

const QByteArray features = "060442330006 070442330007 120442330012 200442330020"; // verify, modify, properties, PACE
const QByteArray chat = "7f4c12 060904007f000703010202 53050000000800";            // reading DG4

PaceInput login()
{
    Rights rights;
    rights.add(readRight(4));
    return {PasswordId::Pin, {}, Chat::forTerminal(rights), {0x30, 0x03, 0x02, 0x01, 0x00}};
}

// A reader with a pad for logins, whose EstablishPACEChannel answers so.
void pad(const QByteArray& answer, LONG result = SCARD_S_SUCCESS)
{
    script.features = hex(features);
    script.executePace = [answer, result](ByteView request, Bytes& to) {
        const bool question = request[0] == 1;
        to = hex(question ? "00000000 0100 e0" : answer);
        return question ? SCARD_S_SUCCESS : result;
    };
}

const QByteArray established = "00000000 2500" // SW1 SW2, EF.CardAccess, CARs, IDICC
                               "9000 0400 30023100"
                               "0e 44455445535465494430303030 35"
                               "00"
                               "0b00 0102030405060708090a0b";

QByteArray outcome(const QByteArray& answer, PasswordId password = PasswordId::Pin, bool withChat = true)
{
    const auto output = execute_pace::parseEstablished(hex(answer), password, withChat);
    const auto text = output ? "ok" : name(output.error());
    return {text.data(), qsizetype(text.size())};
}

} // namespace

class pcsc_pad_test : public QObject
{
    Q_OBJECT

    const std::stop_token never = {};

private Q_SLOTS:
    void init() { script = {}; }

    void featureLists_data()
    {
        QTest::addColumn<QByteArray>("list");
        QTest::addColumn<QByteArray>("found"); // control codes of verify, modify, properties and PACE
        QTest::newRow("nothing") << QByteArray() << QByteArray("0 0 0 0");
        QTest::newRow("all") << features << QByteArray("42330006 42330007 42330012 42330020");
        QTest::newRow("PACE alone") << QByteArray("200442330020") << QByteArray("0 0 0 42330020");
        QTest::newRow("a code as on Windows") << QByteArray("200400313520") << QByteArray("0 0 0 313520");
        QTest::newRow("unknown ones between") << QByteArray("ff00 fe0101 200442330020 7f0499999999") << QByteArray("0 0 0 42330020");
        QTest::newRow("a code of two bytes, then the right one") << QByteArray("20024233 200442330020") << QByteArray("0 0 0 42330020");
        QTest::newRow("twice") << QByteArray("200442330020 200400000001") << QByteArray("0 0 0 42330020");
        QTest::newRow("cut off in the code") << QByteArray("060442330006 2004423300") << QByteArray("42330006 0 0 0");
        QTest::newRow("cut off after the tag") << QByteArray("060442330006 20") << QByteArray("42330006 0 0 0");
        QTest::newRow("a length beyond the end") << QByteArray("20ff42330020") << QByteArray("0 0 0 0");
        QTest::newRow("zeros") << QByteArray(528, '0') << QByteArray("0 0 0 0");
    }
    void featureLists()
    {
        QFETCH(QByteArray, list);
        QFETCH(QByteArray, found);
        const auto f = parseFeatures(hex(list));
        QByteArrayList codes;
        for (const auto code : {f.verifyPin, f.modifyPin, f.tlvProperties, f.executePace}) codes << QByteArray::number(code, 16);
        QCOMPARE(codes.join(' '), found);
    }

    void capabilities_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("found");
        QTest::newRow("a comfort reader") << QByteArray("00000000 0100 f0") << QByteArray("destroy generic eid qes ");
        QTest::newRow("a standard reader") << QByteArray("00000000 0100 60") << QByteArray("generic eid ");
        QTest::newRow("with a length of its own") << QByteArray("00000000 0200 0160") << QByteArray("generic eid ");
        QTest::newRow("PACE for others") << QByteArray("00000000 0100 40") << QByteArray("generic ");
        QTest::newRow("and a buffer behind it") << QByteArray("00000000 0100 a0 0000") << QByteArray("destroy eid ");
        QTest::newRow("no data") << QByteArray("00000000 0000") << QByteArray("unreadable");
        QTest::newRow("three bytes") << QByteArray("00000000 0300 606060") << QByteArray("unreadable");
        QTest::newRow("an error") << QByteArray("010000d0 0100 60") << QByteArray("unreadable");
        QTest::newRow("cut off") << QByteArray("00000000 0200 60") << QByteArray("unreadable");
        QTest::newRow("a big-endian length") << QByteArray("00000000 0001 60") << QByteArray("unreadable");
        QTest::newRow("nothing") << QByteArray() << QByteArray("unreadable");
    }
    void capabilities()
    {
        QFETCH(QByteArray, answer);
        const auto c = execute_pace::parseCapabilities(hex(answer));
        QByteArray text = c ? "" : "unreadable";
        if (c && c->destroy) text += "destroy ";
        if (c && c->generic) text += "generic ";
        if (c && c->eid) text += "eid ";
        if (c && c->qes) text += "qes ";
        QTEST(text, "found");
    }

    void requests()
    {
        QCOMPARE(execute_pace::askCapabilities(), hex("01 0000"));
        QCOMPARE(execute_pace::destroy(), hex("03 0000"));
        QCOMPARE(execute_pace::establish(login()).value(), hex("02 1f00 03 15" + chat + "00 0500 3003020100"));
        QCOMPARE(execute_pace::establish({PasswordId::Can, {}, {}}).value(), hex("02 0500 02 00 00 0000"));
        QCOMPARE(execute_pace::establish({PasswordId::Puk, {}, {}}).value(), hex("02 0500 04 00 00 0000"));
        auto longest = login();
        longest.certificateDescription.resize(0xFFFF - 26);
        const auto whole = execute_pace::establish(longest).value();
        QCOMPARE(toHex(ByteView(whole).first(5)), "02ffff0315");
        QCOMPARE(toHex(ByteView(whole).subspan(26, 3)), "00e5ff");
        longest.certificateDescription.push_back(0);
        QVERIFY(!execute_pace::establish(longest)); // it does not fit into the two bytes of the length
    }

    void aSecretNeverLeavesForTheReader() // it is entered there
    {
        auto input = login();
        input.secret = Secret("123456");
        QCOMPARE(execute_pace::establish(input).value(), execute_pace::establish(login()).value());
    }

    void results_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("fault");
        const auto row = [](const char* what, const char* answer, const char* fault) { QTest::newRow(what) << QByteArray(answer) << QByteArray(fault); };
        row("wrong PIN, two tries left", "c26306f0 0200 9000", "INVALID_PASSWORD");
        row("wrong PIN, without the rest", "c16306f0", "INVALID_PASSWORD");
        row("wrong PIN, an empty MSE status", "c06306f0 0600 000000000000", "INVALID_PASSWORD");
        row("wrong CAN", "006306f0 0000", "INVALID_PASSWORD");
        row("blocked, says the nonce", "c06303f0 0000", "INVALID_PASSWORD");
        row("blocked, says the token", "836906f0 0000", "INVALID_PASSWORD");
        row("a warning of MSE is none of the password", "c26302f0 0000", "PROTOCOL_ERROR");
        row("mapping refused", "806a04f0 0000", "PROTOCOL_ERROR");
        row("EF.CardAccess not there", "826a00f0 0000", "PROTOCOL_ERROR");
        row("length refused", "006701f0 0000", "WRONG_LENGTH");
        row("cancelled", "010020f0 0000", "CANCELLATION_BY_USER");
        row("timed out", "020020f0 0000", "INPUT_TIME_OUT");
        row("no active PIN", "030020f0 0000", "COMMAND_FAILED");
        row("card lost", "010010f0 0000", "COMMAND_FAILED");
        row("no card", "020010f0 0000", "CARD_NOT_FOUND");
        row("lengths", "010000d0 0000", "COMMAND_FAILED");
        row("token of the card", "060000e0 0000", "COMMAND_FAILED");
        row("terminal authentication in the reader", "88690cf8 0000", "COMMAND_FAILED");
        row("unknown", "ffffffff", "COMMAND_FAILED");
        row("no result", "000000", "PROTOCOL_ERROR");
        row("nothing", "", "PROTOCOL_ERROR");
    }
    void results()
    {
        QFETCH(QByteArray, answer);
        QTEST(outcome(answer), "fault");
    }
    void thePinAloneIsBlockedBy6983() { QCOMPARE(outcome("836906f0 0000", PasswordId::Can), QByteArray("PROTOCOL_ERROR")); }

    void outputs()
    {
        const auto output = execute_pace::parseEstablished(hex(established), PasswordId::Pin, true).value();
        QCOMPARE(toHex(output.efCardAccess), "30023100");
        QCOMPARE(output.car, "DETESTeID00005");
        QCOMPARE(output.carPrevious, "");
        QCOMPARE(toHex(output.idPicc), "0102030405060708090a0b");
        QCOMPARE(outcome(established + "0000"), QByteArray("ok")); // a driver that gives its buffer
        const auto two = "00000000 1200 c263 0000 03 434152 03 505245 0400 01020304";
        QCOMPARE(execute_pace::parseEstablished(hex(two), PasswordId::Pin, true)->carPrevious, "PRE");
    }

    void malformedOutputs_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("no data") << QByteArray("00000000 0000");
        QTest::newRow("cut off") << established.chopped(2);
        QTest::newRow("announces less") << QByteArray(established).replace("2500", "2400");
        QTest::newRow("for a reader without the eID function") << QByteArray("00000000 0800 9000 0400 30023100");
        QTest::newRow("no IDICC") << QByteArray("00000000 0d00 9000 0400 30023100 0141 00 0000");
        QTest::newRow("a long IDICC") << "00000000 4f00 9000 0400 30023100 00 00 4300" + QByteArray(134, '1');
        QTest::newRow("a CAR with a line break") << QByteArray("00000000 0e00 9000 0400 30023100 010a 00 0100 01");
        QTest::newRow("a CAR of 17 letters") << "00000000 1e00 9000 0400 30023100 11" + QByteArray(34, '4') + "00 0100 01";
        QTest::newRow("a previous CAR with a zero") << QByteArray("00000000 0f00 9000 0400 30023100 0141 0100 0100 01");
    }
    void malformedOutputs()
    {
        QFETCH(QByteArray, answer);
        QCOMPARE(outcome(answer), QByteArray("PROTOCOL_ERROR"));
    }

    void withoutAChatTheOutputIsNotNeeded()
    {
        QCOMPARE(outcome("00000000", PasswordId::Can, false), QByteArray("ok"));
        QCOMPARE(outcome("c26306f0", PasswordId::Can, false), QByteArray("INVALID_PASSWORD"));
    }

    void whatIsAskedOfAReader_data()
    {
        QTest::addColumn<QByteArray>("list");
        QTest::addColumn<int>("questions");
        QTest::addColumn<bool>("takesPasswords");
        QTest::newRow("basic") << QByteArray() << 1 << false;
        QTest::newRow("PIN pad without PACE") << QByteArray("060442330006 070442330007") << 1 << false;
        QTest::newRow("tells its properties") << QByteArray("120442330012") << 2 << false;
        QTest::newRow("PACE") << QByteArray("200442330020") << 2 << true;
        QTest::newRow("everything") << features << 3 << true;
    }
    void whatIsAskedOfAReader() // once for each connection
    {
        QFETCH(QByteArray, list);
        pad(established);
        script.features = hex(list);
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        QTEST(session.properties().takesPasswords(), "takesPasswords");
        QVERIFY(session.transmit(Bytes{0x00, 0xA4, 0x00, 0x0C}, true, never).has_value());
        QTEST(script.questions, "questions");
    }

    void whoHasNoPaceForLoginsIsABasicReader()
    {
        pad(established);
        script.executePace = [](ByteView, Bytes& to) { return to = hex("00000000 0100 40"), SCARD_S_SUCCESS; };
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        QVERIFY(session.properties().pace.generic && !session.properties().takesPasswords());
    }

    void aReaderThatAnotherProgramUsesIsAskedAgain() // and not taken for a basic one
    {
        pad(established);
        script.asked = {SCARD_E_SHARING_VIOLATION};
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        QVERIFY(session.properties().takesPasswords());
        QCOMPARE(script.questions, 4);
    }

    void stopEndsTheAsking()
    {
        pad(established);
        script.asked.assign(1000, SCARD_E_SHARING_VIOLATION);
        std::stop_source stop;
        stop.request_stop();
        PcscSession session;
        QCOMPARE(session.open("R", stop.get_token()).error(), CardFault::CommandFailed);
        QCOMPARE(script.questions, 1);
    }

    void theReaderAlone()
    {
        {
            pad(established);
            PcscSession session;
            QVERIFY(session.openReader("R", never).has_value());
            QVERIFY(session.properties().takesPasswords());
        }
        QCOMPARE(script.calls, "direct leave release ");
    }

    void anEntry() // pcscd is asked first whether it is still the same card: by a transaction, the second time within ours
    {
        pad(established);
        {
            PcscSession session;
            QVERIFY(session.open("R", never).has_value());
            QCOMPARE(session.establishPace(login())->car, "DETESTeID00005");
            QVERIFY(session.establishPace(login()).has_value());
        }
        QCOMPARE(script.calls, "connect begin pace begin end pace endWithReset leave release ");
    }

    void notWithAnotherCard_data()
    {
        QTest::addColumn<bool>("claimed");
        QTest::newRow("the first entry") << false;
        QTest::newRow("the second one") << true;
    }
    void notWithAnotherCard()
    {
        QFETCH(bool, claimed);
        pad(established);
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        if (claimed) QVERIFY(session.establishPace(login()).has_value());
        script.calls.clear();
        script.begins = {SCARD_W_REMOVED_CARD};
        QCOMPARE(session.establishPace(login()).error(), CardFault::Removed);
        QCOMPARE(script.calls, "begin ");
    }

    void failedControls_data()
    {
        QTest::addColumn<qint64>("result");
        QTest::addColumn<qint64>("probed");
        QTest::addColumn<QByteArray>("fault");
        const qint64 good = SCARD_S_SUCCESS;
        QTest::newRow("cancelled, by its driver") << qint64(SCARD_W_CANCELLED_BY_USER) << good << QByteArray("CANCELLATION_BY_USER");
        QTest::newRow("pcscd died") << qint64(SCARD_F_COMM_ERROR) << good << QByteArray("CARD_NOT_FOUND");
        QTest::newRow("reader unplugged") << qint64(SCARD_E_INVALID_VALUE) << good << QByteArray("CARD_NOT_FOUND");
        QTest::newRow("not transacted, the card is there") << qint64(SCARD_E_NOT_TRANSACTED) << good << QByteArray("COMMAND_FAILED");
        QTest::newRow("not transacted, the card is gone") << qint64(SCARD_E_NOT_TRANSACTED) << qint64(SCARD_E_NO_SMARTCARD) << QByteArray("CARD_NOT_FOUND");
        QTest::newRow("answer too long") << qint64(SCARD_E_INSUFFICIENT_BUFFER) << good << QByteArray("WRONG_LENGTH");
    }
    void failedControls()
    {
        QFETCH(qint64, result);
        QFETCH(qint64, probed);
        pad(established, LONG(result));
        script.probes = {LONG(probed)};
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        const auto fault = name(session.establishPace(login()).error());
        QTEST(QByteArray(fault.data(), qsizetype(fault.size())), "fault");
    }

    void aCardThatIsLostIsLookedFor_data()
    {
        QTest::addColumn<qint64>("probed");
        QTest::addColumn<bool>("gone");
        QTest::newRow("gone") << qint64(SCARD_E_NO_SMARTCARD) << true;
        QTest::newRow("there") << qint64(SCARD_S_SUCCESS) << false;
    }
    void aCardThatIsLostIsLookedFor()
    {
        QFETCH(qint64, probed);
        QFETCH(bool, gone);
        pad("010010f0 0000");
        script.probes = {LONG(probed)};
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        QCOMPARE(session.establishPace(login()).error(), gone ? CardFault::Removed : CardFault::CommandFailed);
    }

    void newPins_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("fault");
        const auto row = [](const char* what, const char* answer, const char* fault) { QTest::newRow(what) << QByteArray(answer) << QByteArray(fault); };
        row("set", "9000", "ok");
        row("timed out", "6400", "INPUT_TIME_OUT");
        row("cancelled", "6401", "CANCELLATION_BY_USER");
        row("two different ones", "6402", "NEW_PIN_MISMATCH");
        row("too short", "6403", "NEW_PIN_INVALID_LENGTH");
        row("refused by the card", "6982", "PROTOCOL_ERROR");
        row("refused by the reader", "6b80", "PROTOCOL_ERROR");
        row("length", "6700", "WRONG_LENGTH");
        row("one byte", "90", "COMMAND_FAILED");
        row("nothing", "", "COMMAND_FAILED");
    }
    void newPins()
    {
        QFETCH(QByteArray, answer);
        pad(established);
        QByteArray sent;
        script.modifyPin = [&](ByteView request, Bytes& to) {
            sent = QByteArray::fromStdString(toHex(request));
            return to = hex(answer), SCARD_S_SUCCESS;
        };
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        QVERIFY(session.establishPace(login()).has_value());
        script.calls.clear();
        const auto changed = session.changePin();
        const auto text = changed ? "ok" : name(changed.error());
        QTEST(QByteArray(text.data(), qsizetype(text.size())), "fault");
        QCOMPARE(sent, QByteArray("3c3c820000000006060102020704000102000000"
                                  "04000000"
                                  "002c0203"));
        QVERIFY(script.calls.starts_with("begin end modify "));
    }

    void aCardThatIsLostWithTheNewPin_data()
    {
        QTest::addColumn<QByteArray>("answer"); // of the reader
        QTest::addColumn<qint64>("probed");
        QTest::addColumn<QByteArray>("fault");
        const qint64 gone = SCARD_E_NO_SMARTCARD, there = SCARD_S_SUCCESS;
        QTest::newRow("some status") << QByteArray("6f00") << gone << QByteArray("CARD_NOT_FOUND");
        QTest::newRow("no status") << QByteArray() << gone << QByteArray("CARD_NOT_FOUND");
        QTest::newRow("some status, and it is there") << QByteArray("6f00") << there << QByteArray("PROTOCOL_ERROR");
        QTest::newRow("a cancel is one, whatever becomes of the card") << QByteArray("6401") << gone << QByteArray("CANCELLATION_BY_USER");
    }
    void aCardThatIsLostWithTheNewPin()
    {
        QFETCH(QByteArray, answer);
        QFETCH(qint64, probed);
        pad(established);
        script.modifyPin = [&](ByteView, Bytes& to) { return to = hex(answer), SCARD_S_SUCCESS; };
        script.probes = {LONG(probed)};
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        const auto fault = name(session.changePin().error());
        QTEST(QByteArray(fault.data(), qsizetype(fault.size())), "fault");
    }

    void aReaderThatCannotSetPins()
    {
        pad(established);
        script.features = hex("200442330020");
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        QCOMPARE(session.changePin().error(), CardFault::CommandFailed);
        QCOMPARE(script.calls, "connect ");
    }

    void theEndOfPace_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("calls");
        QTest::newRow("done") << QByteArray("00000000 0000") << "begin pace pace ";
        QTest::newRow("refused, and the card is reset") << QByteArray("010000d0 0000") << "begin pace pace reconnect ";
        QTest::newRow("no answer, and the card is reset") << QByteArray() << "begin pace pace reconnect ";
    }
    void theEndOfPace()
    {
        QFETCH(QByteArray, answer);
        pad(established);
        PcscSession session;
        QVERIFY(session.open("R", never).has_value());
        script.calls.clear();
        QVERIFY(session.establishPace(login()).has_value());
        pad(answer);
        QVERIFY(session.endPace().has_value());
        QTEST(QString::fromStdString(script.calls), "calls");
    }
};

QTEST_GUILESS_MAIN(pcsc_pad_test)
#include "pcsc_pad_test.moc"
