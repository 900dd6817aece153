// Who has a port that we wanted, so that a person can be told what to end.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

#include "eidkern/export.h"

namespace eidkern
{

struct PortOwner
{
    std::string name = {}, version = {}; // as it answers to ?Status=json; empty: it is no eID client, or does not answer. From outside
    std::optional<pid_t> process = {};   // if it is this user's, and Linux tells
    std::string command = {};            // of the process, from outside
};

// Asks whoever listens at 127.0.0.1; blocks, for half a second at most.
EIDKERN_API PortOwner portOwner(std::uint16_t port);

} // namespace eidkern
