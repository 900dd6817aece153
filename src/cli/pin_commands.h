// The commands around the card's passwords, without a service: change-pin, unblock and check-pin.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addPinCommands(CLI::App& app, ExitCode& result); // these run while `app` parses

} // namespace eidkern::cli
