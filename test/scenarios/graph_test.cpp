// The transition graphs, read from the handlers' signatures: one start, every state reachable, every state leads to an end.
// (The golden diagrams are compared in cli_test, the edges that scenarios take in scenario_test.)
#include <QTest>
#include <concepts>
#include <map>
#include <set>
#include <string>

#include "eidkern/engine.h"
#include "workflows/authentication.h"
#include "workflows/pin.h"

using namespace eidkern;

// Why some live codes cannot happen: what the catalogue says of each ("ruledOut"), for the compiler.
namespace ruled_out
{

// Did_Authenticate_Eac2_Invalid_Cvc_Chain: the card gets a chain, not perhaps one.
static_assert(std::same_as<decltype(EacInput::chain), std::vector<CvCertificate>>);
static_assert(std::same_as<decltype(&Card::authenticate), Pending<CardResult<EacOutput>> (Card::*)(EacInput)>);

// Generic_Send_Receive_Paos_Unhandled: the states look at this closed list, and what does not fit is Paos_Unexpected.
static_assert(std::same_as<paos::ServerBody, std::variant<paos::InitializeFramework, paos::Eac1Input, paos::Eac2Input, paos::EacAdditionalInput, paos::Transmit,
                                                          paos::StartPaosResponse, paos::DidList, paos::Disconnect>>);

// Start_Paos_Response_Missing: the state holds a result, not perhaps one.
static_assert(std::same_as<decltype(CheckServerResult::result), paos::ResultOf>);

// Establish_Pace_Channel_Unknown_Password_Id
static_assert(std::same_as<decltype(PaceInput::password), PasswordId>);

// Change_Pin_No_SetEidPinCommand_Response: an order is answered by a value, not by a message.
static_assert(std::same_as<decltype(&Card::changePin), Pending<CardResult<Done>> (Card::*)(Secret)>);

const std::set<std::string_view> codes{"Did_Authenticate_Eac2_Invalid_Cvc_Chain", "Generic_Send_Receive_Paos_Unhandled", "Start_Paos_Response_Missing",
                                       "Establish_Pace_Channel_Unknown_Password_Id", "Change_Pin_No_SetEidPinCommand_Response"};

} // namespace ruled_out

class graph_test : public QObject
{
    Q_OBJECT

    using Graph = std::map<std::string_view, std::set<std::string_view>>;

    static Graph graphOf(const std::vector<Edge>& edges, bool reversed = false)
    {
        Graph graph;
        for (const auto& [from, to] : edges) reversed ? graph[to].insert(from) : graph[from].insert(to);
        return graph;
    }

    static std::set<std::string_view> reachable(const Graph& graph, std::string_view from)
    {
        std::set<std::string_view> seen{from};
        for (std::vector<std::string_view> todo{from}; !todo.empty();)
        {
            const auto state = todo.back();
            todo.pop_back();
            if (const auto next = graph.find(state); next != graph.end())
                for (const auto each : next->second)
                    if (seen.insert(each).second) todo.push_back(each);
        }
        return seen;
    }

    template<typename W>
    static void check()
    {
        const auto edges = W::template edges<Ports>();
        const std::set<std::string_view> all(W::names.begin(), W::names.end());
        QCOMPARE(all.size(), W::names.size()); // no name twice
        std::set<std::string_view> targets;
        for (const auto& edge : edges) targets.insert(edge.to);
        for (const auto state : all)
            if (!targets.contains(state)) QCOMPARE(state, W::names.front()); // one start
        QCOMPARE(reachable(graphOf(edges), W::names.front()), all);
        QCOMPARE(reachable(graphOf(edges, true), "Finished"), all); // every state leads to the end
        QVERIFY(!graphOf(edges).contains("Finished"));
    }

private Q_SLOTS:
    void nothingElseIsRuledOut()
    {
        std::set<std::string_view> said;
        for (const auto& entry : failureCatalogue())
            if (!entry.ruledOut.english.empty()) said.insert(entry.name);
        QCOMPARE(said, ruled_out::codes);
    }

    void authentication() { check<Authentication>(); }
    void selfAuthentication() { check<SelfAuthentication>(); }
    void changePin() { check<PinChanging>(); }
    void unblockPin() { check<PinUnblocking>(); }
    void checkPassword() { check<PasswordChecking>(); }

    void thePublicGraphIsTheSame()
    {
        const auto published = transitions("authentication");
        const auto edges = Authentication::edges<Ports>();
        QCOMPARE(published.size(), edges.size());
        for (std::size_t i = 0; i < edges.size(); ++i) QVERIFY(published[i].from == edges[i].from && published[i].to == edges[i].to);
        QVERIFY(transitions("no such workflow").empty());
    }

    void failuresLeaveThroughOneEdge() // EndDialogue, ResolveRefresh or the delivery: never two of them
    {
        for (const auto& [state, next] : graphOf(Authentication::edges<Ports>()))
        {
            if (state == "ResolveRefresh" || state == "CheckServerResult" || state == "EndDialogue") continue; // the way out itself
            const auto exits = next.contains("EndDialogue") + next.contains("ResolveRefresh") + next.contains("AnswerBrowser");
            QVERIFY2(exits <= 1, std::string(state).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(graph_test)
#include "graph_test.moc"
