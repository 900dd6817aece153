// PACE at the pad of a reader: the terminal inside the simulated reader and EidCard in front of it.
#include <QtTest>

#include "card/instructions.h"
#include "card/secure_messaging.h"
#include "support/card_bench.h"
#include "support/eac_server.h"
#include "support/manual_clock.h"

using namespace eidkern;
using namespace eidkern::card;
using namespace eidkern::test;

namespace
{

PaceInput atReader(PasswordId id) { return {id, {}, id == PasswordId::Pin ? std::optional(Chat::forTerminal(everyRight())) : std::nullopt}; }

struct PadBench : CardBench
{
    explicit PadBench(std::vector<AtPad> deeds, const Persona& persona = testPersona())
        : CardBench(persona), pad(std::make_shared<SimulatedPad>(persona, std::move(deeds), scheduler, clock, random))
    {
        reader.fit(pad);
        reader.answerWith([this](int, ByteView apdu) {
            toCard.push_back(toBytes(apdu));
            return std::nullopt;
        });
        eid.reset();
        eid = connect();
        (void)run(eid->recognise());
    }

    std::string pace(PasswordId id)
    {
        const auto result = run(eid->pace(atReader(id)));
        return std::string(result ? "ok" : name(result.error()));
    }

    std::vector<Bytes> toCard; // what reaches the card
    ManualClock clock{scheduler};
    std::shared_ptr<SimulatedPad> pad;
};

// Between the host and the reader: what the host says to it.
class Spy final : public Channel, public PinPad
{
public:
    struct Heard
    {
        std::vector<CommandApdu> afterPace;
        std::vector<PaceInput> entries;
        Bytes efCardAccess = {}; // that the reader claims to have seen; empty: what it has
    };
    Spy(std::unique_ptr<Channel> channel, Heard& heard, Scheduler& scheduler) : channel_(std::move(channel)), heard_(heard), scheduler_(scheduler) {}

    std::string reader() const override { return channel_->reader(); }
    Pending<Done> removed() override { return channel_->removed(); }
    PinPad* pad() override { return this; }
    Pending<CardResult<Done>> endPace() override { return channel_->pad()->endPace(); }
    Pending<CardResult<Done>> changePin() override { return channel_->pad()->changePin(); }
    Pending<CardResult<Bytes>> transmit(Bytes apdu) override
    {
        if (!heard_.entries.empty()) heard_.afterPace.push_back(parseCommand(apdu).value());
        return channel_->transmit(std::move(apdu));
    }
    Pending<CardResult<PaceOutput>> establishPace(PaceInput input) override
    {
        heard_.entries.push_back({input.password, input.secret.clone(), input.chat, input.certificateDescription});
        return start(scheduler_, changed(channel_->pad()->establishPace(std::move(input)), heard_));
    }

private:
    static Task<CardResult<PaceOutput>> changed(Pending<CardResult<PaceOutput>> entry, const Heard& heard)
    {
        auto output = co_await std::move(entry);
        if (output && !heard.efCardAccess.empty()) output->efCardAccess = heard.efCardAccess;
        co_return output;
    }

    std::unique_ptr<Channel> channel_;
    Heard& heard_;
    Scheduler& scheduler_;
};

} // namespace

class SimulatedPadTest : public QObject
{
    Q_OBJECT

private slots:
    void aBasicReaderTakesNoPasswords()
    {
        CardBench bench;
        QVERIFY(!bench.eid->about().passwordAtReader);
        bench.eid.reset();
        QVERIFY(!bench.reader.connect()->pad());
    }

    void everythingUpToChipAuthentication()
    {
        PadBench bench({});
        QVERIFY(bench.eid->about().passwordAtReader);
        QCOMPARE(bench.eid->about().reader, std::string("Simulated reader"));
        const auto pace = bench.run(bench.eid->pace(atReader(PasswordId::Pin)));
        QVERIFY(pace);
        QCOMPARE(pace->efCardAccess, toBytes(bench.eid->efCardAccess()));
        QCOMPARE(pace->car, bench.chain.cvca.chr);

        bench.toCard.clear();
        const auto challenge = bench.run(bench.eid->challenge());
        QVERIFY(challenge);
        QCOMPARE(toHex(ByteView(bench.toCard.front()).first(2)), std::string("0c84")); // protected by the reader

        const EacServer server(std::move(bench.chain), bench.random);
        const auto eac = bench.run(bench.eid->authenticate(server.input(pace->idPicc, *challenge)));
        QVERIFY(eac);
        auto session = server.accept(*eac);
        QVERIFY(session);
        const auto ask = [&](const CommandApdu& command) { // untouched by the reader
            const auto answer = bench.run(bench.eid->transmit(encode(session->protect(command))));
            return session->open(parseResponse(answer.value()).value()).value();
        };
        QVERIFY(ask(selectApplication(eidApplication)).ok());
        QCOMPARE(ask(readFromStart(5, CommandApdu::all)).data, dataGroups(testPersona()).at(5));
    }

    void theHostLeavesRoomForTheReadersSecureMessaging() // where card and reader know short APDUs only
    {
        auto persona = testPersona();
        persona.extendedLength = false;
        PadBench bench({}, persona);
        Spy::Heard heard;
        bench.eid.reset();
        bench.eid = std::make_unique<EidCard>(std::make_unique<Spy>(bench.reader.connect(), heard, bench.scheduler), bench.random, bench.log);
        QVERIFY(bench.run(bench.eid->recognise()));
        auto input = atReader(PasswordId::Pin);
        input.certificateDescription = {1, 2, 3};
        const auto pace = bench.run(bench.eid->pace(std::move(input)));
        const auto challenge = bench.run(bench.eid->challenge());
        const EacServer server(std::move(bench.chain), bench.random);
        QVERIFY(bench.run(bench.eid->authenticate(server.input(pace->idPicc, *challenge))));

        QCOMPARE(heard.entries.size(), std::size_t(1));
        QVERIFY(heard.entries[0].secret.empty() && heard.entries[0].chat);
        QCOMPARE(bench.pad->shown(), (Bytes{1, 2, 3}));
        QVERIFY(std::ranges::any_of(heard.afterPace,
                                    [](const CommandApdu& each) { return each.cla == chaining && each.ins == instruction::performSecurityOperation; }));
        for (const auto& each : heard.afterPace) QVERIFY((each.cla & 0x0C) == 0 && !each.isExtended() && each.data.size() <= SecureMessaging::mostShort);
    }

    void aReaderThatSawAnotherCard_data()
    {
        QTest::addColumn<bool>("same");
        QTest::newRow("the same one, and the filling behind its file") << true;
        QTest::newRow("another one") << false;
    }
    void aReaderThatSawAnotherCard() // than the one that was recognised
    {
        QFETCH(bool, same);
        PadBench bench({});
        Spy::Heard heard;
        bench.eid.reset();
        bench.eid = std::make_unique<EidCard>(std::make_unique<Spy>(bench.reader.connect(), heard, bench.scheduler), bench.random, bench.log);
        QVERIFY(bench.run(bench.eid->recognise()));
        heard.efCardAccess = toBytes(bench.eid->efCardAccess());
        if (same) heard.efCardAccess.insert(heard.efCardAccess.end(), 3, 0xFF);
        else heard.efCardAccess.back() ^= 1;
        QCOMPARE(bench.pace(PasswordId::Can), std::string("ok")); // nobody is told what it has seen
        QCOMPARE(bench.pace(PasswordId::Pin), std::string(same ? "ok" : "PROTOCOL_ERROR"));
    }

    void wrongPasswordsCostTries()
    {
        PadBench bench({AtPad::Wrong, AtPad::Wrong, AtPad::Wrong});
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("INVALID_PASSWORD"));
        QCOMPARE(bench.eid->about().pin.triesLeft, 2);
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("INVALID_PASSWORD"));
        QCOMPARE(bench.eid->about().pin.triesLeft, 1);
        QCOMPARE(bench.pace(PasswordId::Can), std::string("INVALID_PASSWORD"));
        QCOMPARE(bench.pace(PasswordId::Can), std::string("ok"));
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("ok")); // inside the CAN's secure messaging, else 6985
        QCOMPARE(bench.eid->about().pin.triesLeft, 3);
        QCOMPARE(bench.reader.card()->pinTriesLeft(), 3);
    }

    void aWrongPinAfterTheCanEndsItsSecureMessaging()
    {
        auto persona = testPersona();
        persona.pinTriesLeft = 1;
        PadBench bench({AtPad::Right, AtPad::Wrong}, persona);
        QCOMPARE(bench.pace(PasswordId::Can), std::string("ok"));
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("INVALID_PASSWORD"));
        QCOMPARE(bench.eid->about().pin.triesLeft, 0);
        QCOMPARE(bench.pace(PasswordId::Puk), std::string("ok"));
        QVERIFY(bench.run(bench.eid->unblockPin())); // a plain command for the reader to protect
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("ok"));
    }

    void thePersonCancels()
    {
        PadBench bench({AtPad::Cancel});
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("CANCELLATION_BY_USER"));
        QCOMPARE(bench.reader.card()->pinTriesLeft(), 3);
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("ok"));
    }

    std::string changed(PadBench& bench)
    {
        const auto result = bench.run(bench.eid->changePin({}));
        return std::string(result ? "ok" : name(result.error()));
    }

    void aNewPin()
    {
        PadBench bench({AtPad::Right, AtPad::Wrong, AtPad::Short, AtPad::Cancel});
        QCOMPARE(changed(bench), std::string("PROTOCOL_ERROR")); // not before PACE
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("ok"));
        for (const auto* refused : {"NEW_PIN_MISMATCH", "NEW_PIN_INVALID_LENGTH", "CANCELLATION_BY_USER"})
        {
            QCOMPARE(changed(bench), std::string(refused));
            QCOMPARE(bench.reader.card()->pin(), Secret("123456"));
        }
        QCOMPARE(changed(bench), std::string("ok"));
        QCOMPARE(bench.reader.card()->pin(), Secret(SimulatedPad::newPin));
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("ok")); // the person knows the new one
        QCOMPARE(bench.reader.card()->pinTriesLeft(), 3);
    }

    void aDroppedChangeKeepsTheReader()
    {
        PadBench bench({AtPad::Right, AtPad::Nothing});
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("ok"));
        {
            const auto changing = start(bench.scheduler, bench.eid->changePin({}));
            bench.scheduler.pump();
        }
        bench.eid.reset();
        bench.scheduler.pump();
        QVERIFY(bench.pad->waits() && !bench.reader.connect());
        bench.pad->cancel();
        bench.scheduler.pump();
        QVERIFY(bench.reader.connect());
        QCOMPARE(bench.reader.card()->pin(), Secret("123456"));
    }

    void noMrz() // there are no keys for it
    {
        PadBench bench({});
        QCOMPARE(bench.pace(PasswordId::Mrz), std::string("COMMAND_FAILED"));
    }

    void patienceEnds()
    {
        PadBench bench({AtPad::Nothing});
        const auto entering = start(bench.scheduler, bench.eid->pace(atReader(PasswordId::Pin)));
        bench.scheduler.pump();
        bench.clock.advance(SimulatedPad::patience - std::chrono::milliseconds(1));
        bench.scheduler.pump();
        QVERIFY(!entering.ready() && bench.pad->waits());
        bench.clock.advance(std::chrono::milliseconds(1));
        bench.scheduler.pump();
        QVERIFY(entering.ready() && !bench.pad->waits());
        QVERIFY(entering.peek().error() == CardFault::EntryTimedOut);
    }

    void theCardIsTakenAwayWhileItWaits()
    {
        PadBench bench({AtPad::Nothing});
        const auto entering = start(bench.scheduler, bench.eid->pace(atReader(PasswordId::Pin)));
        bench.scheduler.pump();
        bench.reader.remove();
        bench.scheduler.pump();
        QVERIFY(entering.ready() && entering.peek().error() == CardFault::Removed);
        QVERIFY(!bench.pad->waits());
    }

    void aDroppedEntryKeepsTheReader_data()
    {
        QTest::addColumn<int>("end");
        QTest::newRow("until the person cancels") << 0;
        QTest::newRow("until its time is over") << 1;
    }
    void aDroppedEntryKeepsTheReader()
    {
        QFETCH(int, end);
        PadBench bench({AtPad::Nothing});
        {
            const auto entering = start(bench.scheduler, bench.eid->pace(atReader(PasswordId::Pin)));
            bench.scheduler.pump();
        }
        bench.eid.reset(); // the host gives the card back
        bench.scheduler.pump();
        QVERIFY(bench.pad->waits() && !bench.reader.connect());
        if (end == 0) bench.pad->cancel();
        else bench.clock.advance(SimulatedPad::patience);
        bench.scheduler.pump();
        bench.eid = bench.connect();
        QVERIFY(bench.run(bench.eid->recognise()));
        QCOMPARE(bench.pace(PasswordId::Pin), std::string("ok"));
    }

    void aDroppedEntryThatSucceedsIsUndone() // the card is reset: nobody finds it with the PIN verified
    {
        PadBench bench({});
        {
            const auto entering = start(bench.scheduler, bench.eid->pace(atReader(PasswordId::Pin)));
            bench.scheduler.pump(3);
            QVERIFY(!entering.ready());
        }
        bench.eid.reset();
        QVERIFY(!bench.reader.connect());
        bench.scheduler.pump();
        const auto last = bench.toCard.back();
        QCOMPARE(toHex(ByteView(last).first(2)), std::string("0086")); // PACE was finished
        const auto answer = bench.reader.card()->transmit(fromHex("0c8400000d9701088e08000000000000000000").value());
        QCOMPARE(answer, (Bytes{0x69, 0x85})); // no session any more
        QVERIFY(bench.reader.connect());
    }

    void endPaceMeansPlainAgain()
    {
        PadBench bench({});
        bench.eid.reset();
        const auto channel = bench.reader.connect();
        const auto ask = [&](const CommandApdu& command) {
            const auto answer = channel->transmit(encode(command));
            bench.scheduler.pump();
            return parseResponse(answer.peek().value()).value();
        };
        for (const bool secured : {true, false})
        {
            if (secured) (void)channel->pad()->establishPace(atReader(PasswordId::Can));
            bench.scheduler.pump();
            const auto ended = channel->pad()->endPace();
            bench.scheduler.pump();
            QVERIFY(ended.ready() && ended.peek());
            bench.toCard.clear();
            QVERIFY(ask(readFromStart(file::cardAccess, CommandApdu::all)).data.size() > 20);
            QCOMPARE(int(bench.toCard.front()[0]), 0x00);
        }
    }

    void oneEntryAtATime()
    {
        PadBench bench({AtPad::Nothing});
        bench.eid.reset();
        const auto channel = bench.reader.connect();
        const auto first = channel->pad()->establishPace(atReader(PasswordId::Pin));
        bench.scheduler.pump();
        const auto second = channel->pad()->establishPace(atReader(PasswordId::Pin));
        bench.scheduler.pump();
        QVERIFY(!first.ready() && second.ready() && second.peek().error() == CardFault::CommandFailed);
    }

    void readerAndPadMayDieFirst()
    {
        CardBench bench;
        ManualClock clock(bench.scheduler);
        auto reader = std::make_unique<SimulatedReader>(bench.scheduler, "short-lived", bench.makeCard(testPersona()));
        reader->fit(std::make_shared<SimulatedPad>(testPersona(), std::vector{AtPad::Nothing}, bench.scheduler, clock, bench.random));
        EidCard eid(reader->connect(), bench.random, bench.log);
        QVERIFY(bench.run(eid.recognise()));
        auto entering = start(bench.scheduler, eid.pace(atReader(PasswordId::Pin)));
        bench.scheduler.pump();
        reader.reset();
        bench.scheduler.pump();
        QVERIFY(entering.ready() && entering.peek().error() == CardFault::Removed);
        entering = start(bench.scheduler, eid.pace(atReader(PasswordId::Pin)));
        bench.scheduler.pump();
        QVERIFY(entering.ready() && entering.peek().error() == CardFault::Removed);
    }
};

QTEST_GUILESS_MAIN(SimulatedPadTest)
#include "simulated_pad_test.moc"
