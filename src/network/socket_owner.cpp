#include "network/socket_owner.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <unistd.h>

namespace eidkern::network
{

namespace
{

void put(const sockaddr_storage& end, __be16& port, __be32 (&address)[4])
{
    if (end.ss_family == AF_INET)
    {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(end);
        port = v4.sin_port;
        std::memcpy(address, &v4.sin_addr, sizeof v4.sin_addr);
        return;
    }
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(end);
    port = v6.sin6_port;
    std::memcpy(address, &v6.sin6_addr, sizeof v6.sin6_addr);
}

struct Netlink
{
    const int descriptor = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    ~Netlink()
    {
        if (descriptor >= 0) ::close(descriptor);
    }
};

} // namespace

std::optional<SocketOwner> ownerOf(const sockaddr_storage& local, const sockaddr_storage& remote)
{
    struct
    {
        nlmsghdr head;
        inet_diag_req_v2 body;
    } question{};
    question.head = {sizeof question, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0};
    question.body.sdiag_family = std::uint8_t(local.ss_family);
    question.body.sdiag_protocol = IPPROTO_TCP;
    question.body.idiag_states = ~0u;
    question.body.id.idiag_cookie[0] = question.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    put(local, question.body.id.idiag_sport, question.body.id.idiag_src);
    put(remote, question.body.id.idiag_dport, question.body.id.idiag_dst);

    const Netlink netlink; // to the kernel: it has answered when send() returns
    if (::send(netlink.descriptor, &question, sizeof question, 0) != ssize_t(sizeof question)) return {};
    alignas(nlmsghdr) char answer[8192];
    const auto size = ::recv(netlink.descriptor, answer, sizeof answer, MSG_DONTWAIT);
    const auto& head = *reinterpret_cast<const nlmsghdr*>(answer);
    constexpr auto least = NLMSG_LENGTH(sizeof(inet_diag_msg));
    if (size < ssize_t(least) || head.nlmsg_len < least || head.nlmsg_type != SOCK_DIAG_BY_FAMILY) return {};
    const auto& socket = *static_cast<const inet_diag_msg*>(NLMSG_DATA(&head));
    if (socket.idiag_inode == 0) return {}; // closed already: reported as root's
    return SocketOwner{socket.idiag_uid, socket.idiag_inode};
}

static bool holds(const std::filesystem::path& process, const std::string& socket)
{
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(process / "fd", error))
        if (std::filesystem::read_symlink(file.path(), error) == socket) return true;
    return false;
}

std::optional<Process> processOf(const SocketOwner& owner)
{
    const auto socket = "socket:[" + std::to_string(owner.inode) + "]";
    std::error_code error;
    for (const auto& process : std::filesystem::directory_iterator("/proc", error))
    {
        const auto name = process.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos || !holds(process.path(), socket)) continue;
        std::string command;
        std::getline(std::ifstream(process.path() / "comm"), command);
        return Process{pid_t(std::stol(name)), command};
    }
    return {};
}

} // namespace eidkern::network
