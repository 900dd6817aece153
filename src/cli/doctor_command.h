// `eidkern doctor` and `eidkern bundle`: why does it not work, for oneself and for those who help.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addDoctorCommands(CLI::App& app, ExitCode& result); // run while `app` parses

} // namespace eidkern::cli
