// Who listens at a port of this machine.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace eidkern::cli
{

struct PortOwner
{
    std::string program; // name and version, as an eID client tells them when asked for its status; empty: it does not
    long process = 0;    // of this user; 0: of another one, or not to be found
    std::string command; // its name
};

std::optional<PortOwner> ownerOf(std::uint16_t port); // on 127.0.0.1; nothing: the port is free. Takes less than half a second

} // namespace eidkern::cli
