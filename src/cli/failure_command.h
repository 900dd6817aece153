// `eidkern failure [CODE]`: explains a failure code, or lists them all.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addFailureCommand(CLI::App& app, ExitCode& result); // runs while `app` parses

} // namespace eidkern::cli
