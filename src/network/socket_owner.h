// Whose TCP sockets are at the other end, asked of Linux. Synchronous, local, microseconds.
#pragma once
#include <cstdint>
#include <optional>
#include <sys/socket.h>

namespace eidkern::network
{

// The user who owns the socket of this machine (this network namespace) that is connected from `local` to `remote`, IPv4 or
// IPv6: by NETLINK_SOCK_DIAG. Nothing: there is no such socket, or the kernel does not say.
std::optional<std::uint32_t> userOf(const sockaddr_storage& local, const sockaddr_storage& remote);

} // namespace eidkern::network
