// The commands that log in once: demo, self-auth and auth.
#pragma once
#include <string>

#include "cli/exit_codes.h"
#include "cli/login_options.h"

namespace eidkern::cli
{

ExitCode login(const LoginOptions& options, const std::string& tcTokenUrl, bool selfAuthentication);
ExitCode demo(LoginOptions options, const std::string& personaFile); // no file: the card of the options

} // namespace eidkern::cli
