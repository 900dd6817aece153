// Whose TCP sockets are at the other end, asked of Linux. Synchronous and local.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>

namespace eidkern::network
{

struct SocketOwner
{
    uid_t user;
    std::uint32_t inode; // of the socket: links it to processes
};

// Of the socket of this machine (this network namespace) that is connected from `local` to `remote`, or listens at `local` when the
// address and port of `remote` are zero; IPv4 or IPv6. By NETLINK_SOCK_DIAG, microseconds. Nothing: there is no such socket (any
// more), or the kernel does not say.
std::optional<SocketOwner> ownerOf(const sockaddr_storage& local, const sockaddr_storage& remote);

struct Process
{
    pid_t id;
    std::string command; // its name, from outside: at most 15 bytes, not sanitised
};

// One that holds this socket, among those into which /proc lets us look: of our own user. Milliseconds.
std::optional<Process> processOf(const SocketOwner& owner);

} // namespace eidkern::network
