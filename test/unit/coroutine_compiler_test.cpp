// Does this compiler destroy exactly once what stands beside a co_await? g++ 12 and 13 do not: temporaries of aggregates and
// lambdas with captures die twice there. CMake refuses them; this is the probe behind that decision.
#include <QTest>
#include <string>

#include "core/task.h"

using namespace eidkern;

namespace
{

int alive; // made minus destroyed

struct Part
{
    Part(const char*) { ++alive; }
    Part(const Part&) { ++alive; }
    Part& operator=(const Part&) = default;
    ~Part() { --alive; }
};
struct Aggregate
{
    Part a = "a", b = "b";
};

Task<Done> take(Aggregate) { co_return Done{}; }
Task<Part> leaf() { co_return Part("leaf"); }
template<typename F>
Task<Done> call(F f)
{
    f();
    co_return Done{};
}

Task<Done> designated() { co_return co_await take({.a = "1", .b = "2"}); }
Task<Done> named() { co_return co_await take(Aggregate{"1", "2"}); }
Task<Done> emptyBraces() { co_return co_await take({}); }
Task<Done> insideBraces()
{
    const Aggregate both{co_await leaf(), co_await leaf()};
    co_return Done{};
}
Task<Done> conditional()
{
    const Part part = alive >= 0 ? co_await leaf() : Part("no");
    co_return Done{};
}
Task<Done> capture()
{
    const Part part("captured");
    co_return co_await call([part] { (void)part; });
}

} // namespace

class coroutine_compiler_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void destroysOnce_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("co_await f({.a = ...})") << 0;
        QTest::newRow("co_await f(Aggregate{...})") << 1;
        QTest::newRow("co_await f({})") << 2;
        QTest::newRow("Aggregate{co_await ..., ...}") << 3;
        QTest::newRow("c ? co_await ... : T()") << 4;
        QTest::newRow("co_await f([captured] {...})") << 5;
    }
    void destroysOnce()
    {
        QFETCH(int, which);
        alive = 0;
        {
            auto task = which == 0 ? designated()
                      : which == 1 ? named()
                      : which == 2 ? emptyBraces()
                      : which == 3 ? insideBraces()
                      : which == 4 ? conditional()
                                   : capture();
            task.start();
            QVERIFY(task.done());
        }
        QCOMPARE(alive, 0);
    }
};

QTEST_GUILESS_MAIN(coroutine_compiler_test)
#include "coroutine_compiler_test.moc"
