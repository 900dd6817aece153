// `eidkern serve`: waits for browsers and applications until Ctrl-C.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addServeCommand(CLI::App& app, ExitCode& result); // runs while `app` parses

} // namespace eidkern::cli
