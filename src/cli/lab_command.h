// `eidkern lab`: the test lab until Ctrl-C.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addLabCommand(CLI::App& app, ExitCode& result); // runs while `app` parses

} // namespace eidkern::cli
