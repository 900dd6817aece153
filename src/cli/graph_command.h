// `eidkern graph WORKFLOW`: the transitions of a workflow, read from its code.
#pragma once
#include <string>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

enum class GraphForm { Dot, Mermaid };

ExitCode graph(const std::string& workflow, GraphForm form);

} // namespace eidkern::cli
