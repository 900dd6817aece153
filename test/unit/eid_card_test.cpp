// The terminal's end of the card protocols against the simulated card.
#include <QtTest>

#include "card/instructions.h"
#include "core/auxiliary_data.h"
#include "core/oid.h"
#include "support/card_bench.h"
#include "support/eac_server.h"

using namespace eidkern;
using namespace eidkern::card;
using namespace eidkern::test;

namespace
{

template<typename T>
std::string_view outcome(const CardResult<T>& result)
{
    return result ? "ok" : name(result.error());
}

#define OUTCOME(result, expected) QCOMPARE(std::string(outcome(result)), std::string(expected))
static constexpr auto ok = "ok", removed = "CARD_NOT_FOUND", commandFailed = "COMMAND_FAILED", protocolError = "PROTOCOL_ERROR",
                      wrongPassword = "INVALID_PASSWORD", pukInoperative = "PUK_INOPERATIVE", wrongLength = "WRONG_LENGTH";

Persona personaWith(int triesLeft, int pukUses = 10, bool deactivated = false)
{
    auto persona = testPersona();
    persona.pinTriesLeft = triesLeft;
    persona.pukUsesLeft = pukUses;
    persona.pinDeactivated = deactivated;
    return persona;
}

// Everything up to the moment when the server takes over secure messaging.
Task<CardResult<EacOutput>> login(EidCard& eid, const EacServer& server)
{
    auto recognised = co_await eid.recognise();
    if (!recognised) co_return tl::unexpected(recognised.error());
    const auto pace = co_await eid.pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight())));
    if (!pace) co_return tl::unexpected(pace.error());
    const auto challenge = co_await eid.challenge();
    if (!challenge) co_return tl::unexpected(challenge.error());
    co_return co_await eid.authenticate(server.input(pace->idPicc, *challenge));
}

// The server's APDU through its own secure messaging.
std::optional<ResponseApdu> ask(CardBench& bench, SecureMessaging& session, const CommandApdu& command)
{
    const auto answer = bench.run(bench.eid->transmit(encode(session.protect(command))));
    const auto response = answer ? parseResponse(*answer) : std::nullopt;
    return response ? session.open(*response) : std::nullopt;
}

} // namespace

class EidCardTest : public QObject
{
    Q_OBJECT

private slots:
    void recognise()
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        QCOMPARE(bench.eid->about().reader, std::string("Simulated reader"));
        QVERIFY(bench.eid->about().type == EidType::CardCertified);
        QVERIFY(bench.eid->about().pin == (PinState{3, false}));
    }

    void recogniseReadsThePinState_data()
    {
        QTest::addColumn<int>("triesLeft");
        QTest::addColumn<bool>("deactivated");
        for (int tries = 0; tries <= 3; ++tries) QTest::newRow(qPrintable(QString::number(tries))) << tries << false;
        QTest::newRow("deactivated") << 0 << true;
    }
    void recogniseReadsThePinState()
    {
        QFETCH(int, triesLeft);
        QFETCH(bool, deactivated);
        CardBench bench(personaWith(triesLeft, 10, deactivated));
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        QVERIFY(bench.eid->about().pin == (PinState{triesLeft, deactivated}));
    }

    void notAnEidCard_data()
    {
        QTest::addColumn<int>("apdu");
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("no answer") << 0 << QByteArray("") << QByteArray(commandFailed);
        QTest::newRow("one byte") << 0 << QByteArray("90") << QByteArray(commandFailed);
        QTest::newRow("no master file") << 0 << QByteArray("6a82") << QByteArray(protocolError);
        QTest::newRow("EF.DIR without eID") << 1 << QByteArray("61094f07a00000024710016282") << QByteArray(protocolError);
        QTest::newRow("EF.DIR truncated") << 1 << QByteArray("610b4f09e807046282") << QByteArray(protocolError);
        QTest::newRow("EF.CardAccess garbage") << 2 << QByteArray("ffffffffff9000") << QByteArray(protocolError);
        QTest::newRow("EF.CardAccess without PACE") << 2 << QByteArray("310f300d060804007f00070202020201026282") << QByteArray(protocolError);
        QTest::newRow("too long for the card") << 0 << QByteArray("6700") << QByteArray(wrongLength);
        QTest::newRow("PIN state unknown") << 3 << QByteArray("6a88") << QByteArray(commandFailed);
    }
    void notAnEidCard()
    {
        QFETCH(int, apdu);
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, expected);
        CardBench bench;
        const auto bytes = fromHex(answer.toStdString()).value();
        bench.reader.answerWith([=](int n, ByteView) { return n == apdu ? std::optional(bytes) : std::nullopt; });
        OUTCOME(bench.run(bench.eid->recognise()), expected.toStdString());
    }

    void everyCipherAndCurve_data()
    {
        QTest::addColumn<int>("keySize");
        QTest::addColumn<int>("parameterId");
        for (const int keySize : {16, 24, 32})
            for (int parameterId = 8; parameterId <= 18; ++parameterId)
                if (Curve::standard(parameterId)) QTest::addRow("AES-%d, curve %d", 8 * keySize, parameterId) << keySize << parameterId;
    }
    void everyCipherAndCurve() // PACE with each password, then the rest of a login; the chip's key stays on its own curve
    {
        QFETCH(int, keySize);
        QFETCH(int, parameterId);
        auto persona = testPersona();
        persona.protocols.pace = paceEcdhGm(std::size_t(keySize), parameterId);
        persona.documentNumber = "L0PX8K2J7";
        CardBench bench(persona, std::uint64_t(100 * keySize + parameterId));
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Can, "500540"))), ok);
        const auto mrz = mrzKeyMaterial(mrzInformation("L0PX8K2J7", "870523", "340331"));
        OUTCOME(bench.run(bench.eid->pace({PasswordId::Mrz, mrz.clone(), {}})), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "000000"))), wrongPassword);
        const auto pace = bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight()))));
        OUTCOME(pace, ok);
        QCOMPARE(pace->idPicc.size(), Curve::standard(parameterId)->fieldSize());
    }

    void paceWithOtherCurvesIsFollowedByEac_data() { everyCipherAndCurve_data(); }
    void paceWithOtherCurvesIsFollowedByEac()
    {
        QFETCH(int, keySize);
        QFETCH(int, parameterId);
        auto persona = testPersona();
        persona.protocols.pace = paceEcdhGm(std::size_t(keySize), parameterId);
        CardBench bench(persona, std::uint64_t(parameterId));
        const EacServer server(std::move(bench.chain), bench.random);
        const auto output = bench.run(login(*bench.eid, server));
        OUTCOME(output, ok);
        QVERIFY(server.accept(*output));
    }

    void chipAuthenticationOnEveryCurve_data() { everyCipherAndCurve_data(); }
    void chipAuthenticationOnEveryCurve() // PACE stays on its own curve
    {
        QFETCH(int, keySize);
        QFETCH(int, parameterId);
        auto persona = testPersona();
        persona.protocols.chipAuthentication = {std::size_t(keySize), parameterId};
        CardBench bench(persona, std::uint64_t(parameterId));
        const EacServer server(std::move(bench.chain), bench.random, {}, parameterId);
        const auto output = bench.run(login(*bench.eid, server));
        OUTCOME(output, ok);
        auto session = server.accept(*output);
        QVERIFY(session);
        const auto selected = ask(bench, *session, selectApplication(eidApplication));
        QVERIFY(selected && selected->ok());
        const auto answer = ask(bench, *session, readFromStart(5, CommandApdu::all));
        QVERIFY(answer && answer->data == dataGroups(testPersona()).at(5));
    }

    void theServersKeyIsOnAnotherCurve()
    {
        auto persona = testPersona();
        persona.protocols.chipAuthentication.parameterId = 12; // as wide as brainpoolP256r1
        CardBench bench(persona);
        const EacServer server(std::move(bench.chain), bench.random);
        OUTCOME(bench.run(login(*bench.eid, server)), protocolError);
    }

    void mrzAsPassword()
    {
        auto persona = testPersona();
        persona.documentNumber = "L0PX8K2J7";
        CardBench bench(persona);
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        const auto otherDay = mrzKeyMaterial(mrzInformation("L0PX8K2J7", "870524", "340331"));
        OUTCOME(bench.run(bench.eid->pace({PasswordId::Mrz, otherDay.clone(), {}})), wrongPassword);
        QVERIFY(bench.eid->about().pin == (PinState{3, false}));
        CardBench without;
        OUTCOME(without.run(without.eid->recognise()), ok);
        OUTCOME(without.run(without.eid->pace({PasswordId::Mrz, otherDay.clone(), {}})), protocolError);
    }

    void smallAnswersAreCollected() // a reader that delivers seven bytes at a time
    {
        CardBench bench;
        bench.reader.answerWith([&](int, ByteView apdu) -> std::optional<Bytes> {
            auto command = parseCommand(apdu).value();
            if (command.ins != instruction::readBinary) return {};
            command.le = 7;
            return bench.reader.card()->transmit(encode(command));
        });
        OUTCOME(bench.run(bench.eid->recognise()), ok);
    }

    void endlessFileIsRefused()
    {
        CardBench bench;
        int reads = 0;
        bench.reader.answerWith([&](int, ByteView apdu) -> std::optional<Bytes> {
            if (apdu[1] != instruction::readBinary) return {};
            ++reads;
            return Bytes{0x61, 0x90, 0x00};
        });
        OUTCOME(bench.run(bench.eid->recognise()), protocolError);
        QVERIFY(reads > 10 && reads <= 1000);
    }

    void paceWithEachPassword()
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        const auto chat = Chat::forTerminal(Rights{Right::ReadDg4});
        const auto withPin = bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", chat)));
        OUTCOME(withPin, ok);
        QCOMPARE(withPin->idPicc.size(), 32u);
        QCOMPARE(withPin->car, bench.chain.cvca.chr);
        QCOMPARE(withPin->carPrevious, std::string());
        QVERIFY(parseSecurityInfos(withPin->efCardAccess));

        const auto withCan = bench.run(bench.eid->pace(password(PasswordId::Can, "500540")));
        OUTCOME(withCan, ok);
        QCOMPARE(withCan->car, std::string()); // nobody asked
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Puk, "9876543210"))), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Mrz, "123456"))), protocolError);
    }

    void wrongPins()
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "000000"))), wrongPassword);
        QCOMPARE(bench.eid->about().pin.triesLeft, 2);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456"))), ok);
        QCOMPARE(bench.eid->about().pin.triesLeft, 3);
        for (const int left : {2, 1})
        {
            OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "000000"))), wrongPassword);
            QCOMPARE(bench.eid->about().pin.triesLeft, left);
        }
        QCOMPARE(bench.reader.card()->pinTriesLeft(), 1);
    }

    void wrongCanAndPukCountNothing()
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        for (int i = 0; i < 12; ++i) OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Can, "000000"))), wrongPassword);
        for (int i = 0; i < 12; ++i) OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Puk, "0000000000"))), wrongPassword);
        QVERIFY(bench.eid->about().pin == (PinState{3, false}));
    }

    void suspendedPinNeedsTheCan()
    {
        CardBench bench(personaWith(1));
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456"))), protocolError); // a workflow never does this
        QCOMPARE(bench.reader.card()->pinTriesLeft(), 1);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Can, "500540"))), ok);
        QCOMPARE(bench.eid->about().pin.triesLeft, 1);
        const auto pin = bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight()))));
        OUTCOME(pin, ok);
        QCOMPARE(pin->car, bench.chain.cvca.chr);
        QCOMPARE(bench.eid->about().pin.triesLeft, 3);
    }

    void lastTryThenPuk()
    {
        CardBench bench(personaWith(1));
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Can, "500540"))), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "000000"))), wrongPassword);
        QCOMPARE(bench.eid->about().pin.triesLeft, 0);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456"))), wrongPassword); // blocked: also the right one
        QCOMPARE(bench.eid->about().pin.triesLeft, 0);

        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Puk, "9876543210"))), ok);
        OUTCOME(bench.run(bench.eid->unblockPin()), ok);
        QCOMPARE(bench.eid->about().pin.triesLeft, 3);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456"))), ok);
    }

    void aWrongPasswordEndsTheOldSession() // the retry counter is asked for in plain
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Can, "500540"))), ok);
        Bytes classes;
        bench.reader.answerWith([&](int, ByteView apdu) {
            classes.push_back(apdu[0]);
            return std::optional<Bytes>();
        });
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "000000"))), wrongPassword);
        QCOMPARE(classes, (Bytes{0x0C, 0x1C, 0x1C, 0x1C, 0x0C, 0x00, 0x00}));
    }

    void pukHasLimitedUses()
    {
        CardBench bench(personaWith(0, 1));
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Puk, "9876543210"))), ok);
        OUTCOME(bench.run(bench.eid->unblockPin()), ok);
        OUTCOME(bench.run(bench.eid->unblockPin()), pukInoperative);
    }

    void commandsOfThePin()
    {
        QCOMPARE(toHex(encode(changePin(3, asBytes("654321")))), std::string("002c020306363534333231"));
        QCOMPARE(toHex(encode(unblock(3))), std::string("002c0303"));
    }

    void theNewPin()
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        Bytes sent;
        bench.reader.answerWith([&](int, ByteView apdu) {
            sent = toBytes(apdu);
            return std::optional<Bytes>();
        });
        OUTCOME(bench.run(bench.eid->changePin(Secret("654321"))), protocolError); // without PACE the card refuses it
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Can, "500540"))), ok);
        OUTCOME(bench.run(bench.eid->changePin(Secret("654321"))), protocolError);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Puk, "9876543210"))), ok);
        OUTCOME(bench.run(bench.eid->changePin(Secret("654321"))), protocolError);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456"))), ok);
        OUTCOME(bench.run(bench.eid->changePin(Secret("65432"))), protocolError);
        OUTCOME(bench.run(bench.eid->changePin(Secret("654321"))), ok);
        QCOMPARE(toHex(ByteView(sent).first(5)), std::string("0c2c02031d")); // 87 with one block, 8E
        QVERIFY(toHex(sent).find("363534333231") == std::string::npos);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456"))), wrongPassword);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "654321"))), ok);
    }

    void deactivatedPin()
    {
        CardBench bench(personaWith(3, 10, true));
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456"))), protocolError);
        QVERIFY(bench.eid->about().pin.deactivated);
    }

    void wholeLogin()
    {
        CardBench bench;
        const AuxiliaryData asked{.dateOfBirth = Date{2008, 11, 20}, .dateOfExpiry = Date{2026, 11, 20}, .communityId = Bytes{0x02, 0x76}};
        const EacServer server(std::move(bench.chain), bench.random, encode(asked));
        const auto eac = bench.run(login(*bench.eid, server));
        OUTCOME(eac, ok);
        auto session = server.accept(*eac);
        QVERIFY(session);

        const auto selected = ask(bench, *session, selectApplication(eidApplication));
        QVERIFY(selected && selected->ok());
        const auto groups = dataGroups(testPersona());
        for (int number = 1; number <= 22; ++number)
        {
            const auto answer = ask(bench, *session, readFromStart(std::uint8_t(number), CommandApdu::all));
            QVERIFY(answer);
            const auto group = groups.find(number);
            QCOMPARE(answer->sw, group == groups.end() ? 0x6A82 : 0x6282);
            if (group != groups.end()) QCOMPARE(answer->data, group->second);
        }
        for (const auto item : {oid::auxDateOfBirth, oid::auxDateOfExpiry, oid::auxCommunityId})
        {
            const auto answer = ask(bench, *session, {.cla = 0x80, .ins = instruction::verify, .p1 = 0x80, .data = tlv(0x06, item)});
            QVERIFY(answer && answer->ok());
        }
        for (const auto* secret : {"123456", "500540", "9876543210"})
            QVERIFY(bench.log.text().find(toHex(asBytes(secret))) == std::string::npos && bench.log.text().find(secret) == std::string::npos);
    }

    void wrongTerminalSignatureIsRefused()
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        const EacServer server(std::move(bench.chain), bench.random);
        const auto pace = bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight()))));
        const auto challenge = bench.run(bench.eid->challenge());
        OUTCOME(pace, ok);
        OUTCOME(challenge, ok);
        auto input = server.input(pace->idPicc, *challenge);
        input.signature.back() ^= 1;
        OUTCOME(bench.run(bench.eid->authenticate(std::move(input))), protocolError);
    }

    void badServerInputIsRefused()
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        const EacServer server(std::move(bench.chain), bench.random);
        const auto pace = bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight()))));
        OUTCOME(pace, ok);
        const auto good = [&] { return server.input(pace->idPicc, Bytes(8)); };
        auto noChain = good(), noPoint = good(), compressed = good(), hugeAuxiliaryData = good();
        noChain.chain.clear();
        noPoint.ephemeralPublicKey.clear();
        compressed.ephemeralPublicKey = Bytes(33, 2);
        OUTCOME(bench.run(bench.eid->authenticate(std::move(noChain))), protocolError);
        OUTCOME(bench.run(bench.eid->authenticate(std::move(noPoint))), protocolError);
        OUTCOME(bench.run(bench.eid->authenticate(std::move(compressed))), protocolError);
        hugeAuxiliaryData.auxiliaryData = tlv(0x67, Bytes(70000));
        OUTCOME(bench.run(bench.eid->authenticate(std::move(hugeAuxiliaryData))), wrongLength);
        OUTCOME(bench.run(bench.eid->transmit({0x00, 0xB0})), protocolError);
    }

    void removalAtEveryApdu()
    {
        int apdus = 0;
        {
            CardBench bench;
            bench.reader.answerWith([&](int n, ByteView) {
                apdus = n + 1;
                return std::optional<Bytes>();
            });
            const EacServer server(std::move(bench.chain), bench.random);
            OUTCOME(bench.run(login(*bench.eid, server)), ok);
        }
        QCOMPARE(apdus, 19);
        for (int n = 0; n < apdus; ++n)
        {
            CardBench bench;
            bench.reader.removeAtApdu(n);
            auto gone = bench.eid->removed();
            const EacServer server(std::move(bench.chain), bench.random);
            OUTCOME(bench.run(login(*bench.eid, server)), removed);
            QVERIFY(gone.ready());
        }
    }

    void hostileAnswerAtEveryApdu() // whatever comes: an error that fits, never a success
    {
        for (const auto* answer : {"", "90", "9000", "6f00", "7c009000", "7c0280009000", "ffffffffffff9000", "990290008e0800000000000000009000"})
        {
            for (int n = 0; n < 19; ++n)
            {
                CardBench bench;
                const auto bytes = fromHex(answer).value();
                bench.reader.answerWith([=](int at, ByteView) { return at == n ? std::optional(bytes) : std::nullopt; });
                const EacServer server(std::move(bench.chain), bench.random);
                const auto result = bench.run(login(*bench.eid, server));
                const bool harmless = QString(answer).endsWith("9000") && (n == 0 || n == 3); // a fine answer to SELECT and MSE:Set AT
                QVERIFY2(harmless || !result, qPrintable(QString("%1 at %2").arg(answer).arg(n)));
                if (!result) QVERIFY(result.error() == CardFault::CommandFailed || result.error() == CardFault::Protocol);
            }
        }
    }

    void aPlainStatusWordEndsTheChannel_data()
    {
        QTest::addColumn<QByteArray>("answer");
        for (const auto* answer : {"9000", "6982", "6a88", "6282", "00112233445566779000"}) QTest::newRow(answer) << QByteArray(answer);
    }
    void aPlainStatusWordEndsTheChannel() // whatever it says: nothing more goes out under these keys
    {
        QFETCH(QByteArray, answer);
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight())))), ok);
        Bytes classes;
        bench.reader.answerWith([&](int, ByteView apdu) {
            classes.push_back(apdu[0]);
            return classes.size() == 1 ? fromHex(answer.toStdString()) : std::nullopt;
        });
        OUTCOME(bench.run(bench.eid->challenge()), commandFailed);
        OUTCOME(bench.run(bench.eid->challenge()), protocolError); // the card grants nothing to a plain command
        QCOMPARE(classes, (Bytes{0x0C, 0x00}));
    }

    void wrongCardTokenIsRefused()
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        bench.reader.answerWith([&](int, ByteView apdu) -> std::optional<Bytes> {
            if (apdu[0] != 0x00 || apdu[1] != instruction::generalAuthenticate) return {};
            auto answer = bench.reader.card()->transmit(apdu);
            answer[4] ^= 1;
            return answer;
        });
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456"))), protocolError);
    }

    void reflectedPointsAreRefused_data()
    {
        QTest::addColumn<int>("request");
        QTest::newRow("mapping key") << 0x81;
        QTest::newRow("ephemeral key") << 0x83;
    }
    void reflectedPointsAreRefused()
    {
        QFETCH(int, request);
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        bench.reader.answerWith([&](int, ByteView apdu) -> std::optional<Bytes> {
            const auto command = parseCommand(apdu).value();
            if (command.ins != instruction::generalAuthenticate || command.data.size() < 4 || command.data[2] != request) return {};
            auto answer = command.data;
            ++answer[2];
            return encode(ResponseApdu{answer, 0x9000});
        });
        OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456"))), protocolError);
    }

    void shortApdus_data()
    {
        QTest::addColumn<bool>("cardRefuses");
        QTest::addColumn<int>("parameterId");
        QTest::newRow("the reader refuses extended ones") << false << 13;
        QTest::newRow("the card refuses extended ones") << true << 13;
        QTest::newRow("the card refuses, a chip key on a large curve") << true << 18;
    }
    void shortApdus() // one refusal at the first read; then long commands come in chains, long files in many reads
    {
        QFETCH(bool, cardRefuses);
        QFETCH(int, parameterId);
        auto persona = testPersona();
        persona.extendedLength = !cardRefuses;
        persona.protocols.chipAuthentication.parameterId = parameterId;
        CardBench bench(persona);
        int extended = 0, chained = 0;
        std::size_t longest = 0;
        bench.reader.answerWith([&](int, ByteView apdu) {
            const bool refused = isExtended(apdu);
            extended += refused;
            longest = std::max(longest, apdu.size());
            chained += apdu[0] == 0x1C && apdu[1] == instruction::performSecurityOperation;
            return refused && !cardRefuses ? std::optional(Bytes{0x67, 0x00}) : std::nullopt;
        });
        const EacServer server(std::move(bench.chain), bench.random,
                               encode(AuxiliaryData{.dateOfBirth = Date{2008, 11, 20}, .dateOfExpiry = {}, .communityId = Bytes(100)}), parameterId);
        const auto output = bench.run(login(*bench.eid, server));
        OUTCOME(output, ok);
        QVERIFY(server.accept(*output));
        QCOMPARE(extended, 1);
        QVERIFY(longest > 223 && longest <= 261);
        QVERIFY(chained >= 1);
        QVERIFY(output->efCardSecurity.size() > 1024); // in many reads
    }

    void aRefusedPartEndsTheCommand()
    {
        auto persona = testPersona();
        persona.extendedLength = false;
        CardBench bench(persona);
        const EacServer server(std::move(bench.chain), bench.random);
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        const auto pace = bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight()))));
        auto input = server.input(pace->idPicc, bench.run(bench.eid->challenge()).value());
        input.auxiliaryData = tlv(0x67, Bytes(5000)); // more than the card keeps of a chain
        OUTCOME(bench.run(bench.eid->authenticate(std::move(input))), wrongLength);
    }

    void normalCardsAreNotAskedTwice() // extended length is found out by a read that is needed anyway
    {
        CardBench bench;
        int reads = 0;
        bench.reader.answerWith([&](int, ByteView apdu) {
            reads += apdu[1] == instruction::readBinary;
            return std::optional<Bytes>();
        });
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        QCOMPARE(reads, 2); // EF.DIR, EF.CardAccess
    }

    void readerThatOnlyRefusesLongCommands() // too late for short ones: the session is lost
    {
        CardBench bench;
        bench.reader.answerWith([](int, ByteView apdu) { return apdu.size() > 261 ? std::optional(Bytes{0x67, 0x00}) : std::nullopt; });
        const EacServer server(std::move(bench.chain), bench.random, encode(AuxiliaryData{.dateOfBirth = {}, .dateOfExpiry = {}, .communityId = Bytes(300)}));
        OUTCOME(bench.run(login(*bench.eid, server)), wrongLength);
    }

    void manyRounds() // leading zeros in coordinates and secrets come up in some of them
    {
        CardBench bench;
        OUTCOME(bench.run(bench.eid->recognise()), ok);
        for (int round = 0; round < 300; ++round)
        {
            bench.eid.reset();
            bench.eid = bench.connect();
            OUTCOME(bench.run(bench.eid->recognise()), ok);
            OUTCOME(bench.run(bench.eid->pace(password(PasswordId::Can, "500540", Chat::forTerminal(everyRight())))), ok);
            OUTCOME(bench.run(bench.eid->challenge()), ok);
        }
    }
};

QTEST_GUILESS_MAIN(EidCardTest)
#include "eid_card_test.moc"
