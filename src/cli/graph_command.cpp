#include "cli/graph_command.h"

#include <cstdio>
#include <memory>

#include "cli/files.h"
#include "eidkern/engine.h"

namespace eidkern::cli
{

static ExitCode graph(const std::string& workflow, bool mermaid)
{
    const auto edges = transitions(workflow);
    if (edges.empty())
    {
        std::string known;
        for (const auto name : workflows()) known.append(known.empty() ? "" : ", ").append(name);
        return complain("no workflow '" + workflow + "'; there are: " + known), ExitCode::Usage;
    }
    std::printf("%s", !mermaid ? ("digraph \"" + workflow + "\" {\n  node [shape=box, style=rounded];\n").c_str() : "stateDiagram-v2\n");
    if (mermaid) std::printf("  [*] --> %.*s\n", int(edges.front().from.size()), edges.front().from.data());
    for (const auto& [from, to] : edges)
        std::printf(mermaid ? "  %.*s --> %.*s\n" : "  %.*s -> %.*s;\n", int(from.size()), from.data(), int(to.size()), to.data());
    std::printf("%s", mermaid ? "  Finished --> [*]\n" : "}\n");
    return ExitCode::Success;
}

void addGraphCommand(CLI::App& app, ExitCode& result)
{
    struct Options
    {
        std::string workflow;
        bool mermaid = false;
    };
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("graph", "print a workflow's states and transitions, read from the code");
    command->add_option("WORKFLOW", options->workflow, CLI::detail::join(workflows(), ", "))->required();
    command->add_flag("--mermaid", options->mermaid, "as a Mermaid state diagram (default: Graphviz DOT)");
    command->callback([options, &result] { result = graph(options->workflow, options->mermaid); });
}

} // namespace eidkern::cli
