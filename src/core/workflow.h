// A workflow is a list of state structs. Each has a name and one handler
//     Task<Next<A, B>> run(ThisState, Ports&);
// whose return type *is* the set of outgoing edges, so the graph is read from the signatures.
// Workflows may share states: a shared state leaves through an exit type, and the state of a workflow that names this type
// as its `Takes` is where that edge leads there.
#pragma once
#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/task.h"

namespace eidkern
{

struct Edge
{
    std::string_view from, to;
    bool operator==(const Edge&) const = default;
};

template<typename... S>
struct Next : std::variant<S...>
{
    using std::variant<S...>::variant;
};

template<typename S>
concept FinalState = requires { S::final; };

template<typename... States>
struct Workflow
{
    using State = std::variant<States...>;
    using Start = std::variant_alternative_t<0, State>;
    static constexpr std::array<std::string_view, sizeof...(States)> names{States::name...};

    // Runs from `state` to a final one. `observe` is shown each state before its handler runs.
    template<typename Ports, typename Observer>
    static Task<State> drive(State state, Ports& ports, Observer observe)
    {
        for (;;)
        {
            std::visit([&](const auto& s) { observe(s); }, state);
            if (std::visit([]<typename S>(const S&) { return FinalState<S>; }, state)) co_return std::move(state);
            auto step = std::visit([&]<typename S>(S& s) { return leave<S>(std::move(s), ports); }, state);
            state = co_await std::move(step);
        }
    }

    template<typename Ports>
    static std::vector<Edge> edges()
    {
        std::vector<Edge> out;
        (collect<States, Ports>(out), ...);
        return out;
    }

private:
    template<typename N, typename S>
    static constexpr bool takes()
    {
        if constexpr (requires { typename S::Takes; }) return std::same_as<typename S::Takes, N>;
        else return std::same_as<S, N>;
    }
    template<typename N>
    static constexpr std::size_t target()
    {
        constexpr std::array is{takes<N, States>()...};
        std::size_t at = 0;
        while (at < is.size() && !is[at]) ++at;
        return at;
    }

    template<typename S, typename Ports>
    static Task<State> leave(S s, Ports& ports)
    {
        if constexpr (FinalState<S>) co_return State{std::move(s)};
        else
        {
            auto next = co_await run(std::move(s), ports);
            co_return std::visit([]<typename N>(N&& n) { return State{std::in_place_index<target<std::decay_t<N>>()>, std::forward<N>(n)}; },
                                 static_cast<typename decltype(next)::variant&&>(next));
        }
    }

    template<typename... N>
    static void to(std::string_view from, std::vector<Edge>& out, std::type_identity<Task<Next<N...>>>)
    {
        static_assert(((target<N>() < sizeof...(States)) && ...), "an edge leads to a state that this workflow does not have");
        (out.push_back({from, names[target<N>()]}), ...);
    }
    template<typename S, typename Ports>
    static void collect(std::vector<Edge>& out)
    {
        if constexpr (!FinalState<S>) to(S::name, out, std::type_identity<decltype(run(std::declval<S>(), std::declval<Ports&>()))>{});
    }
};

} // namespace eidkern
