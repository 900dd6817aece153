// The commands that log in once: demo, self-auth and auth.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addDemoCommand(CLI::App& app, ExitCode& result); // these run while `app` parses
void addLoginCommands(CLI::App& app, ExitCode& result);

} // namespace eidkern::cli
