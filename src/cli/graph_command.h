// `eidkern graph WORKFLOW`: the transitions of a workflow, read from its code.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addGraphCommand(CLI::App& app, ExitCode& result); // runs while `app` parses

} // namespace eidkern::cli
