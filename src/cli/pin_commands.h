// The commands around the card's passwords, without a service: change-pin, unblock and check-pin.
#pragma once
#include "cli/exit_codes.h"
#include "cli/login_options.h"
#include "eidkern/events.h"

namespace eidkern::cli
{

ExitCode changePin(const LoginOptions& options);
ExitCode unblock(const LoginOptions& options); // also success: it was not blocked
ExitCode checkPassword(const LoginOptions& options, Password password);

} // namespace eidkern::cli
