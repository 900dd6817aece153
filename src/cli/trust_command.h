// `eidkern trust`: the user's own trust anchors.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addTrustCommand(CLI::App& app, ExitCode& result); // runs while `app` parses

} // namespace eidkern::cli
