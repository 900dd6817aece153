// A login is dropped at every job of its scheduler, that is at every await, with everything in flight: sockets, handshakes,
// APDUs, questions. Nothing may leak, crash or be called afterwards (sanitizers), and the next login works.
#include <QTest>

#include "scenarios/login_bench.h"

using namespace eidkern;
using namespace eidkern::test;

class drop_test : public QObject
{
    Q_OBJECT

    SystemRandom random;
    network::QtScheduler scheduler;
    ManualClock clock{scheduler, dateOf(std::chrono::system_clock::now())};
    std::unique_ptr<lab::Lab> lab;

private Q_SLOTS:
    void initTestCase() { lab = labFor(random, clock); }

    void dropAtEveryJob_data() { readers(); }
    void dropAtEveryJob() // whatever the login itself waits for
    {
        QFETCH(bool, pad);
        const auto card = cardFor(*lab);
        const auto jobs = whole(card, pad)->scheduler.jobs;
        for (int at = 0; at < jobs; ++at)
        {
            LoginBench bench(*lab, card, script(pad));
            bench.scheduler.before = [&](int job) {
                if (job == at) bench.drop();
                return job < at;
            };
            run(bench);
        }
        (void)whole(card, pad);
        std::printf("dropped at each of %d jobs\n", jobs);
    }

    void dropAtEveryApdu_data() { readers(); }
    void dropAtEveryApdu() // inside the card's own coroutines, and the pad's
    {
        QFETCH(bool, pad);
        const auto card = cardFor(*lab);
        int apdus = 0;
        card.state->reader.answerWith([&](int n, ByteView) { return apdus = n + 1, std::nullopt; });
        (void)whole(card, pad);
        for (int at = 0; at < apdus; ++at)
        {
            LoginBench bench(*lab, card, script(pad));
            card.state->reader.answerWith([&](int n, ByteView) {
                if (n == at) bench.scheduler.post([&bench] { bench.drop(); });
                return std::nullopt;
            });
            run(bench);
        }
        card.state->reader.answerWith({});
        (void)whole(card, pad);
        std::printf("dropped at each of %d APDUs\n", apdus);
    }

    void dropWhileThePadWaits() // the reader is in use until the person has cancelled there
    {
        const auto card = cardFor(*lab);
        UserScript user;
        user.atPad = {card::AtPad::Nothing};
        LoginBench bench(*lab, card, std::move(user));
        bench.pad->whenItWaits([&] { bench.scheduler.post([&] { bench.drop(); }); });
        run(bench);
        QVERIFY(bench.pad->waits() && !card.state->reader.connect());
        bench.pad->cancel();
        QCoreApplication::processEvents();
        QVERIFY(card.state->reader.connect());
        bench.pad->whenItWaits([] {});
        bench.begin<SelfAuthentication>(lab->selfAuthUrl());
        const auto end = bench.finish();
        QVERIFY(end && !end->failure);
    }

private:
    static void readers()
    {
        QTest::addColumn<bool>("pad");
        QTest::newRow("basic reader") << false;
        QTest::newRow("reader with a pad") << true;
    }

    static UserScript script(bool pad)
    {
        UserScript user;
        if (pad) user.atPad.emplace();
        return user;
    }

    void run(LoginBench& bench) const
    {
        bench.begin<SelfAuthentication>(lab->selfAuthUrl());
        (void)bench.finish();
        QCoreApplication::processEvents(); // what was under way arrives late
    }

    std::unique_ptr<LoginBench> whole(const SimulatedCard& card, bool pad) const
    {
        auto bench = std::make_unique<LoginBench>(*lab, card, script(pad));
        bench->begin<SelfAuthentication>(lab->selfAuthUrl());
        const auto end = bench->finish();
        if (!end || end->failure) qFatal("a login that nothing disturbs fails");
        return bench;
    }
};

QTEST_GUILESS_MAIN(drop_test)
#include "drop_test.moc"
