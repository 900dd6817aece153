// Workflow: edges are read from signatures, shared states leave through an exit, the driver walks and tells.
#include <QTest>
#include <string>

#include "core/workflow.h"

namespace toy
{

using namespace eidkern;

struct World
{
    bool well = true;
};

struct Exit
{
    bool well;
};
struct Begin
{
    static constexpr std::string_view name = "Begin";
    static constexpr int percent = 0;
};
struct Middle
{
    static constexpr std::string_view name = "Middle";
    static constexpr int percent = 50;
    int rounds = 0;
};
struct Left
{
    using Takes = Exit;
    static constexpr std::string_view name = "Left";
    static constexpr int percent = 100;
    static constexpr bool final = true;
    Exit exit;
    explicit Left(Exit e) : exit(e) {}
};
struct Right
{
    using Takes = Exit;
    static constexpr std::string_view name = "Right";
    static constexpr int percent = 90;
    Exit exit;
    explicit Right(Exit e) : exit(e) {}
};
struct Over
{
    static constexpr std::string_view name = "Over";
    static constexpr int percent = 100;
    static constexpr bool final = true;
    bool well;
};

Task<Next<Middle, Exit>> run(Begin, World& world)
{
    if (!world.well) co_return Exit{false};
    co_return Middle{};
}
Task<Next<Middle, Exit>> run(Middle state, World&)
{
    if (state.rounds < 2) co_return Middle{state.rounds + 1};
    co_return Exit{true};
}
Task<Next<Over>> run(Right state, World&) { co_return Over{state.exit.well}; }

using GoingLeft = Workflow<Begin, Middle, Left>;
using GoingRight = Workflow<Begin, Middle, Right, Over>;

} // namespace toy

using namespace eidkern;
using namespace toy;

class workflow_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void edgesFollowTheSignatures()
    {
        QVERIFY((GoingLeft::edges<World>() == std::vector<Edge>{{"Begin", "Middle"}, {"Begin", "Left"}, {"Middle", "Middle"}, {"Middle", "Left"}}));
        QVERIFY((GoingRight::edges<World>()
                 == std::vector<Edge>{{"Begin", "Middle"}, {"Begin", "Right"}, {"Middle", "Middle"}, {"Middle", "Right"}, {"Right", "Over"}}));
    }

    void theDriverWalksAndTells()
    {
        World world;
        std::string trace;
        auto task = GoingRight::drive(Begin{}, world,
                                      [&]<typename S>(const S&) { trace.append(S::name).append(" ").append(std::to_string(S::percent)).append(" "); });
        task.start();
        QVERIFY(task.done());
        QCOMPARE(trace, std::string("Begin 0 Middle 50 Middle 50 Middle 50 Right 90 Over 100 "));
        QVERIFY(std::get<Over>(task.take()).well);
    }

    void theSameStatesEndElsewhere()
    {
        World world{false};
        auto task = GoingLeft::drive(Begin{}, world, [](const auto&) {});
        task.start();
        QVERIFY(!std::get<Left>(task.take()).exit.well);
    }
};

QTEST_GUILESS_MAIN(workflow_test)
#include "workflow_test.moc"
