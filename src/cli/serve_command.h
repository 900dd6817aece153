// `eidkern serve`: waits for browsers and applications until Ctrl-C.
#pragma once
#include <string>
#include <vector>

#include "cli/exit_codes.h"
#include "cli/login_options.h"
#include "eidkern/activation.h"

namespace eidkern::cli
{

struct PortOptions
{
    std::uint16_t port = ActivationServer::usualPort; // 0: any free one
    std::vector<std::string> addresses;
    std::string origins;
    bool anyUser = false;
    std::string tokenFile;
    std::string compat; // "ausweisapp", or empty
    bool automatic = false;
    std::vector<std::string> automaticFor;
    bool multi = false;
    bool basicReader = false;
};

ExitCode serve(LoginOptions options, const PortOptions& port);

} // namespace eidkern::cli
