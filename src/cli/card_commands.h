// The commands around readers and cards: readers, card show, card serve.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addCardCommands(CLI::App& app, ExitCode& result); // these run while `app` parses

} // namespace eidkern::cli
