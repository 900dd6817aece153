// What the exit code of `eidkern` says. A failed login tells whose turn it is.
#pragma once
#include "eidkern/failure.h"

namespace eidkern::cli
{

enum class ExitCode {
    Success = 0,
    Internal = 1,
    Usage = 2,    // arguments, files, input
    User = 10,    // cancelled, no answer
    Card = 11,
    Reader = 12,
    Network = 13,
    Service = 14, // the service, its certificates or its servers
    Client = 15
};

constexpr ExitCode exitCode(Origin origin) { return ExitCode(int(ExitCode::User) + int(origin)); }
static_assert(exitCode(Origin::Client) == ExitCode::Client);

} // namespace eidkern::cli
