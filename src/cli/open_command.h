// `eidkern open eid://127.0.0.1:24727/eID-Client?tcTokenURL=...`: a link that names the eID client instead of its address
// (TR-03124-1 2.2). The request goes to the client that listens on this machine, by way of the user's browser, which also
// takes its answer. Nothing else of this machine can be addressed by such a link.
#pragma once
#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/exit_codes.h"

namespace eidkern::cli
{

// The same request as the browser makes it; nothing: no link to an eID client.
std::optional<std::string> activationUrl(const std::string& eidLink, std::uint16_t port);

void addOpenCommand(CLI::App& app, ExitCode& result); // runs while `app` parses

} // namespace eidkern::cli
