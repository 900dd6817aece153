// `eidkern serve`: waits for browsers, and logs in where they ask for it, until Ctrl-C.
#pragma once
#include <cstdint>

#include "cli/exit_codes.h"
#include "cli/login_options.h"

namespace eidkern::cli
{

ExitCode serve(const LoginOptions& options, std::uint16_t port); // 0: any free one

} // namespace eidkern::cli
