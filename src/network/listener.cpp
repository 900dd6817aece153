#include "network/listener.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace eidkern::network
{

static constexpr int mostWaiting = 64; // connections that the kernel has taken and we have not

static int openSpare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
static int acceptFrom(int descriptor) { return ::accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); }

static Listener::Fault faultOf(int error) { return {error == EADDRINUSE, std::strerror(error)}; }

static bool prepare(int descriptor, const addrinfo& address)
{
    const int yes = 1;
    return ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 // connections of an earlier program may still be ending
        && (address.ai_family != AF_INET6 || ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) == 0)
        && ::bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 && ::listen(descriptor, mostWaiting) == 0;
}

tl::expected<std::unique_ptr<Listener>, Listener::Fault> Listener::open(const std::string& address, std::uint16_t port, Accepted accepted)
{
    addrinfo wanted{}, *parsed = nullptr;
    wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    wanted.ai_socktype = SOCK_STREAM;
    if (address.empty() || ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &wanted, &parsed) != 0)
        return tl::unexpected(Fault{false, "not an address"});
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> where(parsed, ::freeaddrinfo);
    const int descriptor = ::socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return tl::unexpected(faultOf(errno));
    if (prepare(descriptor, *where)) return std::unique_ptr<Listener>(new Listener(descriptor, std::move(accepted)));
    const auto fault = faultOf(errno);
    ::close(descriptor);
    return tl::unexpected(fault);
}

Listener::Listener(int descriptor, Accepted accepted)
    : descriptor_(descriptor), accepted_(std::move(accepted)), spare_(openSpare()), waiting_(descriptor, QSocketNotifier::Read)
{
    QObject::connect(&waiting_, &QSocketNotifier::activated, &waiting_, [this] { accept(); });
}

Listener::~Listener()
{
    waiting_.setEnabled(false);
    ::close(spare_);
    ::close(descriptor_);
}

static sockaddr_storage nameOf(int descriptor)
{
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size);
    return name;
}

std::uint16_t Listener::port() const
{
    const auto name = nameOf(descriptor_);
    return ntohs(ipv6() ? reinterpret_cast<const sockaddr_in6&>(name).sin6_port : reinterpret_cast<const sockaddr_in&>(name).sin_port);
}

bool Listener::ipv6() const { return nameOf(descriptor_).ss_family == AF_INET6; }

void Listener::accept()
{
    for (int i = 0; i < mostWaiting; ++i)
    {
        const int descriptor = acceptFrom(descriptor_);
        if (descriptor >= 0) accepted_(descriptor);
        else if (errno == EMFILE || errno == ENFILE) return refuseOne();
        else if (errno == EAGAIN) return;
    }
}

// A connection that waits and cannot be accepted would have us called again and again.
void Listener::refuseOne()
{
    ::close(spare_);
    if (const int descriptor = acceptFrom(descriptor_); descriptor >= 0) ::close(descriptor);
    spare_ = openSpare();
}

} // namespace eidkern::network
