#include "network/stream.h"

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "network/socket_owner.h"

namespace eidkern::network
{

void Stream::Later::operator()(QSocketNotifier* notifier) const
{
    notifier->setEnabled(false);
    notifier->disconnect();
    notifier->deleteLater();
}

Stream::Stream(int descriptor)
    : descriptor_(descriptor), reading_(new QSocketNotifier(descriptor, QSocketNotifier::Read)),
      writing_(new QSocketNotifier(descriptor, QSocketNotifier::Write))
{
    const int yes = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
    ::fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
    writing_->setEnabled(false);
    QObject::connect(reading_.get(), &QSocketNotifier::activated, reading_.get(), [this] {
        if (const auto call = readable) call(); // a copy: it may set another one
    });
    QObject::connect(writing_.get(), &QSocketNotifier::activated, writing_.get(), [this] {
        if (flush() && unwrittenBytes() > 0) return;
        writing_->setEnabled(false);
        if (const auto call = written) call();
    });
}

Stream::~Stream()
{
    reading_.reset();
    writing_.reset();
    ::close(descriptor_);
}

Stream::Read Stream::read(std::span<char> into, std::size_t& count)
{
    const auto got = ::recv(descriptor_, into.data(), into.size(), 0);
    count = got > 0 ? std::size_t(got) : 0;
    if (got > 0) return Read::Bytes;
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? Read::NothingNow : Read::Ended;
}

void Stream::pauseReading(bool paused) { reading_->setEnabled(!paused); }

bool Stream::flush()
{
    while (sent_ < buffer_.size())
    {
        const auto gone = ::send(descriptor_, buffer_.data() + sent_, buffer_.size() - sent_, MSG_NOSIGNAL);
        if (gone >= 0) sent_ += std::size_t(gone);
        else if (errno == EINTR) continue;
        else if (errno != EAGAIN) return false;
        else
        {
            buffer_.erase(0, std::exchange(sent_, 0));
            writing_->setEnabled(true);
            return true;
        }
    }
    buffer_.clear();
    sent_ = 0;
    return true;
}

void Stream::endWriting() { ::shutdown(descriptor_, SHUT_WR); }

void Stream::abort()
{
    buffer_.clear();
    sent_ = 0;
    ::shutdown(descriptor_, SHUT_RDWR);
    reading_->setEnabled(true);
}

namespace
{

struct Ends
{
    sockaddr_storage local{}, peer{};
    explicit Ends(int descriptor)
    {
        socklen_t size = sizeof local;
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &size);
        size = sizeof peer;
        ::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size);
    }
};

const in_addr& v4(const sockaddr_storage& end) { return reinterpret_cast<const sockaddr_in&>(end).sin_addr; }
const in6_addr& v6(const sockaddr_storage& end) { return reinterpret_cast<const sockaddr_in6&>(end).sin6_addr; }

bool isLoopback(const sockaddr_storage& end)
{
    if (end.ss_family == AF_INET) return ntohl(v4(end).s_addr) >> 24 == IN_LOOPBACKNET;
    return end.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6(end));
}

} // namespace

bool Stream::overLoopback() const
{
    const Ends ends(descriptor_);
    return isLoopback(ends.local) && isLoopback(ends.peer);
}

std::string Stream::localAddress() const
{
    const Ends ends(descriptor_);
    char text[INET6_ADDRSTRLEN] = "";
    const void* address = ends.local.ss_family == AF_INET6 ? static_cast<const void*>(&v6(ends.local)) : &v4(ends.local);
    ::inet_ntop(ends.local.ss_family, address, text, sizeof text);
    return text;
}

std::optional<std::uint32_t> Stream::peerUser() const
{
    const Ends ends(descriptor_);
    const auto owner = ownerOf(ends.peer, ends.local);
    return owner ? std::optional(owner->user) : std::nullopt;
}

} // namespace eidkern::network
