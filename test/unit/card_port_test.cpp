// Cards that are lost, and found again by the port that the engine looks for cards with, while PC/SC shows the same picture.
#include <QTest>

#include "card/simulator/persona_json.h"
#include "engine/card_port.h"
#include "network/qt_scheduler.h"
#include "support/manual_clock.h"
#include "support/pcsc_with_card.h"
#include "support/recording_log.h"
#include "support/wait_until.h"

using namespace eidkern;
using namespace eidkern::test;
using namespace std::chrono_literals;

class card_port_test : public QObject
{
    Q_OBJECT

    network::QtScheduler scheduler_;
    SystemRandom random_;
    RecordingLog log_;
    int wanted_ = 0;

    void put()
    {
        const auto persona = card::parsePersona(SimulatedCard::builtInPersona("adult")).value();
        hardware.put(std::make_unique<card::SimulatedCard>(persona, std::vector<CvCertificate>(), random_, Date{2026, 11, 20}));
    }
    static int connections()
    {
        const std::lock_guard lock(hardware.mutex);
        return hardware.connections;
    }
    static void fail(std::size_t times, LONG result)
    {
        const std::lock_guard lock(hardware.mutex);
        hardware.connects.assign(times, result);
    }
    auto next(CardPort& cards)
    {
        return cards.next([this] { ++wanted_; });
    }

private Q_SLOTS:
    void init()
    {
        wanted_ = 0;
        put();
    }

    void aFailedConnectionIsTriedAgain_data()
    {
        QTest::addColumn<qint64>("result");
        QTest::newRow("no card just now") << qint64(SCARD_E_NO_SMARTCARD);
        QTest::newRow("removed") << qint64(SCARD_W_REMOVED_CARD);
        QTest::newRow("its protocol is forgotten") << qint64(SCARD_E_PROTO_MISMATCH);
    }
    void aFailedConnectionIsTriedAgain()
    {
        QFETCH(qint64, result);
        fail(1, LONG(result));
        ManualClock clock(scheduler_);
        CardPort cards(scheduler_, clock, random_, log_, {}, "");
        auto coming = next(cards);
        QVERIFY(waitUntil([&] { return clock.waiting() == 1; }));
        QCOMPARE(wanted_, 1);
        QCOMPARE(connections(), 1);
        clock.advance(1s);
        QVERIFY(waitUntil([&] { return coming.ready(); }));
        QCOMPARE(wanted_, 1);
        QCOMPARE(connections(), 2);
    }

    void notForEver() // and less often each time
    {
        fail(100, SCARD_E_NO_SMARTCARD);
        ManualClock clock(scheduler_);
        RecordingLog log;
        CardPort cards(scheduler_, clock, random_, log, {}, "");
        const auto coming = next(cards);
        for (auto pause = 1000ms; pause < 1000s; pause *= 2)
        {
            QVERIFY(waitUntil([&] { return clock.waiting() == 1; }));
            const auto before = connections();
            clock.advance(pause - 1ms);
            QCOMPARE(clock.waiting(), 1u);
            clock.advance(1ms);
            QVERIFY(waitUntil([&] { return connections() > before; }));
            if (connections() == 10) break;
        }
        QVERIFY(waitUntil([&] { return QString::fromStdString(log.text()).count("card.not_connected") == 10; }));
        QCOMPARE(clock.waiting(), 0u);
        QCOMPARE(wanted_, 1);
        put(); // another insertion begins afresh
        QVERIFY(waitUntil([&] { return coming.ready(); }));
        QCOMPARE(clock.waiting(), 0u);
    }

    void theReaderGoesWhileWeConnect() // with pcscd: nothing says any more that the card is lost
    {
        const auto set = [](bool held, bool gone) {
            const std::lock_guard lock(hardware.mutex);
            hardware.held = held;
            hardware.gone = gone;
            hardware.changed.notify_all();
        };
        set(true, false);
        ManualClock clock(scheduler_);
        RecordingLog log;
        CardPort cards(scheduler_, clock, random_, log, {}, "");
        const auto coming = next(cards);
        QVERIFY(waitUntil([&] { return log.text().find("card.connecting") != std::string::npos; }));
        QCOMPARE(wanted_, 0);
        set(true, true);
        const bool told = waitUntil([this] { return wanted_ == 1; });
        set(false, false);
        QVERIFY(told);
        QVERIFY(waitUntil([&] { return coming.ready(); }));
        QCOMPARE(wanted_, 1);
    }

    void theNextCardHasAnAttemptOfItsOwn() // and the one that waits gives up
    {
        fail(1, SCARD_E_NO_SMARTCARD);
        ManualClock clock(scheduler_);
        CardPort cards(scheduler_, clock, random_, log_, {}, "");
        const auto coming = next(cards);
        QVERIFY(waitUntil([&] { return clock.waiting() == 1; }));
        put();
        QVERIFY(waitUntil([&] { return coming.ready(); }));
        QCOMPARE(connections(), 1);
        QCOMPARE(clock.waiting(), 0u);
    }
};

QTEST_GUILESS_MAIN(card_port_test)
#include "card_port_test.moc"
