// Promise, Pending, firstOf, start and Task: the contract for operations in flight, point by point.
#include <QTest>
#include <memory>
#include <string>

#include "core/pending.h"
#include "eidkern/secret.h"
#include "support/pumped_scheduler.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

struct Counted // counts the living ones
{
    static inline int alive = 0;
    Counted() { ++alive; }
    Counted(const Counted&) { ++alive; }
    Counted(Counted&&) noexcept { ++alive; }
    Counted& operator=(const Counted&) = default;
    ~Counted() { --alive; }
};

Task<int> plusOne(Pending<int> number)
{
    const auto n = co_await std::move(number);
    co_return n + 1;
}

Task<std::size_t> race(const Pending<int>& a, const Pending<int>& b, const Pending<int>& stop) { co_return co_await firstOf(a, b, stop); }

Task<Done> countWhileWaiting(Pending<int> number)
{
    const Counted counted;
    co_await std::move(number);
    co_return Done{};
}

} // namespace

class async_test : public QObject
{
    Q_OBJECT

    PumpedScheduler scheduler;

private Q_SLOTS:
    void init() { Counted::alive = 0; }
    void cleanup()
    {
        scheduler.pump();
        QCOMPARE(Counted::alive, 0);
    }

    void anAnswerResumesFromTheSchedulerOnly()
    {
        Pending<int> pending(scheduler);
        auto promise = pending.promise();
        auto task = plusOne(std::move(pending));
        task.start();
        QVERIFY(promise.set(41));
        QVERIFY(!task.done()); // not inside set()
        scheduler.pump();
        QVERIFY(task.done());
        QCOMPARE(task.take(), 42);
    }

    void anAnswerBeforeTheQuestionIsAwaitedCounts()
    {
        Pending<int> pending(scheduler);
        QVERIFY(pending.promise().set(1));
        scheduler.pump();
        auto task = plusOne(std::move(pending));
        task.start();
        QCOMPARE(task.take(), 2);
    }

    void theSecondAnswerIsRefused()
    {
        Pending<int> pending(scheduler);
        auto promise = pending.promise(), copy = pending.promise();
        QVERIFY(promise.wanted());
        QVERIFY(promise.set(1));
        QVERIFY(!copy.wanted());
        QVERIFY(!promise.set(2));
        QVERIFY(!copy.set(3));
        QCOMPARE(pending.peek(), 1);
    }

    void aLateAnswerIsRefusedAndDies()
    {
        std::optional<Pending<Counted>> pending(scheduler);
        auto promise = pending->promise();
        pending.reset();
        QVERIFY(!promise.wanted());
        QVERIFY(!promise.set(Counted()));
        QCOMPARE(Counted::alive, 0);
    }

    void anAnswerThatIsUnderWayWhenItsAskerDiesIsHarmless()
    {
        Pending<int> pending(scheduler);
        auto promise = pending.promise();
        std::optional<Task<Done>> task(countWhileWaiting(std::move(pending)));
        task->start();
        QCOMPARE(Counted::alive, 1);
        QVERIFY(promise.set(1)); // posted, not delivered
        task.reset();
        QCOMPARE(Counted::alive, 0);
        scheduler.pump();
    }

    void firstOfGivesTheFirst()
    {
        Pending<int> a(scheduler), b(scheduler), stop(scheduler);
        auto task = race(a, b, stop);
        task.start();
        b.promise().set(1);
        scheduler.pump();
        QCOMPARE(task.take(), std::size_t(1));
        QVERIFY(a.promise().set(7)); // the losers live
    }

    void stopWinsEveryTie()
    {
        Pending<int> a(scheduler), b(scheduler), stop(scheduler);
        auto task = race(a, b, stop);
        task.start();
        a.promise().set(1);
        b.promise().set(1);
        stop.promise().set(1);
        scheduler.pump();
        QCOMPARE(task.take(), std::size_t(2));
    }

    void withoutAStopTheOrderDecides()
    {
        Pending<int> a(scheduler), b(scheduler), stop(scheduler);
        b.promise().set(1);
        a.promise().set(1);
        auto task = race(a, b, stop);
        task.start();
        QCOMPARE(task.take(), std::size_t(0));
    }

    void theLoserCanBeHandedOn()
    {
        Pending<int> a(scheduler), b(scheduler), stop(scheduler);
        auto answer = a.promise();
        auto racing = race(a, b, stop);
        racing.start();
        stop.promise().set(1);
        scheduler.pump();
        QVERIFY(racing.done());
        auto task = plusOne(std::move(a)); // somebody else waits for it now
        task.start();
        answer.set(1);
        scheduler.pump();
        QCOMPARE(task.take(), 2);
    }

    void aDroppedRaceLeavesItsPendings()
    {
        Pending<int> a(scheduler), b(scheduler), stop(scheduler);
        {
            auto task = race(a, b, stop);
            task.start();
        }
        QVERIFY(a.promise().set(1));
        scheduler.pump(); // nobody to resume
    }

    void aStartedTaskIsAnOperation()
    {
        Pending<int> number(scheduler);
        auto promise = number.promise();
        auto operation = start(scheduler, plusOne(std::move(number)));
        auto task = plusOne(std::move(operation));
        task.start();
        promise.set(1);
        scheduler.pump();
        QCOMPARE(task.take(), 3);
    }

    void droppingAStartedTaskDestroysIt()
    {
        Pending<int> number(scheduler);
        auto promise = number.promise();
        {
            const auto operation = start(scheduler, countWhileWaiting(std::move(number)));
            QCOMPARE(Counted::alive, 1);
        }
        QCOMPARE(Counted::alive, 0);
        QVERIFY(!promise.set(1));
    }

    void aFinishedStartedTaskIsFreedWhileItsResultWaits()
    {
        Pending<int> number(scheduler);
        auto promise = number.promise();
        const auto operation = start(scheduler, countWhileWaiting(std::move(number)));
        promise.set(1);
        scheduler.pump();
        QVERIFY(operation.ready());
        QCOMPARE(Counted::alive, 0);
    }

    void assigningOverAPendingAbandonsTheOldOne()
    {
        Pending<int> a(scheduler), b(scheduler);
        auto first = a.promise(), second = b.promise();
        {
            auto temporary = std::move(b);
            a = std::move(temporary);
        }
        QVERIFY(!first.wanted());
        QVERIFY(second.wanted());
    }

    void aSchedulerThatDiesWithJobsFreesThem()
    {
        auto dying = std::make_unique<PumpedScheduler>();
        auto counted = std::make_shared<Counted>();
        dying->post([counted] {});
        counted.reset();
        QCOMPARE(Counted::alive, 1);
        dying.reset();
        QCOMPARE(Counted::alive, 0);
    }

    void aPinThatNobodyAskedForIsWiped()
    {
        std::optional<Pending<Secret>> question(scheduler);
        auto answer = question->promise();
        QVERIFY(answer.set(Secret("123456")));
        Secret second("654321");
        QVERIFY(!answer.set(std::move(second)));
        QVERIFY(second.empty()); // moved in, and gone with it
    }

    void deepChainsOfTasksNeedNoStack()
    {
        struct Chain
        {
            static Task<int> down(int n)
            {
                if (n == 0) co_return 0;
                auto next = down(n - 1);
                const auto result = co_await std::move(next);
                co_return result + 1;
            }
        };
        auto task = Chain::down(10'000);
        task.start();
        QCOMPARE(task.take(), 10'000);
    }
};

QTEST_GUILESS_MAIN(async_test)
#include "async_test.moc"
