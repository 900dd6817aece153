// From a text that a client sent to a command with typed parameters, or to the refusal that answers it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "contract/commands.h"
#include "contract/messages.h"

namespace eidkern::sdk
{

struct Command
{
    Parameters parameters; // values not judged yet: see the fault() of each command, and its texts
    Json request;          // to be repeated in the direct answer
    std::string session;   // with several workflows: which one

    CommandName name() const { return CommandName(parameters.index()); }
};

// Else: the finished answer, INVALID or UNKNOWN_COMMAND. Any bytes may come; what they are is defined:
// - Of keys that are repeated the last one counts. Keys that no command knows are ignored.
// - A text that is no JSON, or no UTF-8, or deeper than 256, is INVALID as a whole; a NUL outside of strings too.
// - Numbers too large for a double are infinite; surrogates without their other half are U+FFFD.
// Secrets are read where they lie in `text` and go into a Secret; `text` itself is the caller's to wipe.
tl::expected<Command, std::string> parse(std::string_view text, int level);

struct Situation
{
    bool workflow = false;           // one is running
    std::optional<State> state = {}; // the one that waits for commands
};
bool allowed(CommandName name, const Situation& situation); // else BAD_STATE

std::string_view name(CommandName name);
std::vector<std::string> commandNames(int level);

} // namespace eidkern::sdk
