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

    void dropAtEveryAwait()
    {
        const auto card = cardFor(*lab);
        int jobs = 0;
        {
            LoginBench bench(*lab, card, {});
            bench.begin<SelfAuthentication>(lab->selfAuthUrl());
            const auto end = bench.finish();
            QVERIFY(end && !end->failure);
            jobs = bench.scheduler.jobs;
        }
        QVERIFY(jobs > 30);
        for (int at = 0; at < jobs; ++at)
        {
            LoginBench bench(*lab, card, {});
            bool dropped = false;
            bench.scheduler.before = [&](int job) {
                if (job < at) return true;
                dropped = true;
                bench.drop();
                return false;
            };
            bench.begin<SelfAuthentication>(lab->selfAuthUrl());
            (void)bench.finish();
            QCoreApplication::processEvents(); // what was under way arrives late
        }
        LoginBench bench(*lab, card, {});
        bench.begin<SelfAuthentication>(lab->selfAuthUrl());
        const auto end = bench.finish();
        QVERIFY(end && !end->failure);
        std::printf("dropped at each of %d jobs\n", jobs);
    }
};

QTEST_GUILESS_MAIN(drop_test)
#include "drop_test.moc"
