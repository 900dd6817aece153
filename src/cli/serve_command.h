// `eidkern serve`: waits for browsers and applications until Ctrl-C.
#pragma once
#include <CLI/App.hpp>
#include <functional>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addServeCommand(CLI::App& app, std::function<ExitCode()>& run); // `run` is set while `app` parses, and does not need it

} // namespace eidkern::cli
