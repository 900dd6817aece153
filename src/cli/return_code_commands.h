// `eidkern scard [CODE]` and `eidkern ckr [CODE]`: explain return codes of PC/SC and PKCS#11, by name or number.
#pragma once
#include <CLI/App.hpp>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

void addReturnCodeCommands(CLI::App& app, ExitCode& result); // run while `app` parses

} // namespace eidkern::cli
