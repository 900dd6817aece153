#include <QtTest>

#include "support/card_bench.h"
#include "support/manual_clock.h"

using namespace eidkern;
using namespace eidkern::card;
using namespace eidkern::test;

class SimulatedReaderTest : public QObject
{
    Q_OBJECT

private slots:
    void answersAreNeverInline()
    {
        CardBench bench;
        bench.eid.reset();
        const auto channel = bench.reader.connect();
        bool answered = false;
        const auto wait = [](Pending<CardResult<Bytes>> pending, bool& flag) -> Task<Done> {
            const auto answer = co_await std::move(pending);
            flag = answer.has_value();
            co_return Done{};
        };
        auto task = wait(channel->transmit({0x00, 0xA4, 0x00, 0x0C}), answered);
        task.start();
        QVERIFY(!answered);
        bench.scheduler.pump();
        QVERIFY(answered && task.done());
    }

    void oneChannelAtATime()
    {
        CardBench bench;
        QVERIFY(!bench.reader.connect());
        bench.eid.reset();
        QVERIFY(bench.reader.connect());
        bench.reader.remove();
        QVERIFY(!bench.reader.connect());
    }

    void aChannelBelongsToOneInsertion()
    {
        CardBench bench;
        auto gone = bench.eid->removed();
        bench.reader.remove();
        bench.reader.insert();
        QVERIFY(gone.ready());
        const auto result = bench.run(bench.eid->recognise());
        QVERIFY(!result && result.error() == CardFault::Removed);
        QVERIFY(bench.eid->removed().ready());
        bench.eid.reset();
        bench.eid = bench.connect();
        QVERIFY(bench.run(bench.eid->recognise()));
    }

    void aCardIsMadeWhenItIsNeeded()
    {
        CardBench bench;
        bench.eid.reset();
        int made = 0;
        const auto make = [&] {
            ++made;
            return bench.makeCard(testPersona());
        };
        bench.reader.insert(make);
        QVERIFY(bench.reader.hasCard() && bench.reader.inserted().ready());
        bench.eid = bench.connect();
        QCOMPARE(made, 0);
        bench.eid.reset();
        bench.reader.remove(); // before anybody needed it
        bench.reader.insert();
        QCOMPARE(made, 0);
        bench.eid = bench.connect();
        QVERIFY(bench.run(bench.eid->recognise()));
        QCOMPARE(made, 1);
        bench.eid.reset();
        bench.eid = bench.connect();
        QVERIFY(bench.run(bench.eid->recognise()));
        QVERIFY(bench.reader.card());
        QCOMPARE(made, 1);

        bench.reader.insert(make);
        bench.reader.insert(bench.makeCard(testPersona())); // in its place
        QVERIFY(bench.reader.card());
        QCOMPARE(made, 1);
    }

    void insertedIsToldOnce()
    {
        CardBench bench;
        QVERIFY(bench.reader.inserted().ready());
        bench.reader.remove();
        const auto waiting = bench.reader.inserted();
        QVERIFY(!waiting.ready());
        bench.reader.insert(bench.makeCard(testPersona()));
        QVERIFY(waiting.ready());
    }

    void scriptedAnswers()
    {
        CardBench bench;
        ManualClock clock(bench.scheduler);
        bench.reader.follow({.answers = {{{}, {0x00, 0xA4, 0x00}, {0x6A, 0x82}}, {3, {}, {}}}}, clock);
        bench.eid.reset();
        const auto channel = bench.reader.connect();
        const auto ask = [&](Bytes apdu) {
            const auto pending = channel->transmit(std::move(apdu));
            bench.scheduler.pump();
            return toHex(pending.peek().value());
        };
        QCOMPARE(ask({0x00, 0xA4, 0x04, 0x0C}), std::string("6a82")); // the card's own: no such application
        QCOMPARE(ask({0x00, 0xA4, 0x00, 0x0C}), std::string("6a82"));
        QCOMPARE(ask({0x00, 0xB0}), std::string("6700")); // shorter than the prefix: the card's own answer
        QCOMPARE(ask({0x00, 0xB0, 0x9E, 0x00, 0x00}), std::string(""));
        QVERIFY(ask({0x00, 0xB0, 0x9E, 0x00, 0x00}).size() > 100);
    }

    void scriptedRemoval()
    {
        CardBench bench;
        ManualClock clock(bench.scheduler);
        bench.reader.follow({.removeAtApdu = 2}, clock);
        const auto result = bench.run(bench.eid->recognise());
        QVERIFY(!result && result.error() == CardFault::Removed);
        QVERIFY(!bench.reader.hasCard());
    }

    void scriptedDelay()
    {
        CardBench bench;
        ManualClock clock(bench.scheduler);
        bench.reader.follow({.delay = std::chrono::milliseconds(250)}, clock);
        bench.eid.reset();
        const auto channel = bench.reader.connect();
        const auto answer = channel->transmit({0x00, 0xB0, 0x9E, 0x00, 0x00});
        clock.advance(std::chrono::milliseconds(249));
        bench.scheduler.pump();
        QVERIFY(!answer.ready());
        clock.advance(std::chrono::milliseconds(1));
        bench.scheduler.pump();
        QVERIFY(answer.ready() && answer.peek()->size() > 50);
    }

    void theReaderMayDieFirst()
    {
        auto bench = std::make_unique<CardBench>();
        bench->eid.reset();
        PumpedScheduler scheduler;
        auto reader = std::make_unique<SimulatedReader>(scheduler, "short-lived", bench->makeCard(testPersona()));
        const auto channel = reader->connect();
        auto gone = channel->removed();
        reader.reset();
        QVERIFY(gone.ready());
        const auto answer = channel->transmit({0x00, 0xA4, 0x00, 0x0C});
        scheduler.pump();
        QVERIFY(answer.ready() && !answer.peek() && answer.peek().error() == CardFault::Removed);
    }

    void closingAChannelResetsTheCard()
    {
        CardBench bench;
        QVERIFY(bench.run(bench.eid->recognise()));
        QVERIFY(bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight())))));
        bench.eid.reset();
        const auto answer = bench.reader.card()->transmit(fromHex("0c8400000d9701088e08000000000000000000").value());
        QCOMPARE(answer, (Bytes{0x69, 0x85})); // no session any more
    }
};

QTEST_GUILESS_MAIN(SimulatedReaderTest)
#include "simulated_reader_test.moc"
