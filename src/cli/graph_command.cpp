#include "cli/graph_command.h"

#include <cstdio>

#include "cli/files.h"
#include "eidkern/engine.h"

namespace eidkern::cli
{

ExitCode graph(const std::string& workflow, GraphForm form)
{
    const auto edges = transitions(workflow);
    if (edges.empty())
    {
        std::string known;
        for (const auto name : workflows()) known.append(known.empty() ? "" : ", ").append(name);
        return complain("no workflow '" + workflow + "'; there are: " + known), ExitCode::Usage;
    }
    const bool dot = form == GraphForm::Dot;
    std::printf("%s", dot ? ("digraph \"" + workflow + "\" {\n  node [shape=box, style=rounded];\n").c_str() : "stateDiagram-v2\n");
    if (!dot) std::printf("  [*] --> %.*s\n", int(edges.front().from.size()), edges.front().from.data());
    for (const auto& [from, to] : edges) std::printf(dot ? "  %.*s -> %.*s;\n" : "  %.*s --> %.*s\n", int(from.size()), from.data(), int(to.size()), to.data());
    std::printf("%s", dot ? "}\n" : "  Finished --> [*]\n");
    return ExitCode::Success;
}

} // namespace eidkern::cli
