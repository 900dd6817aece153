// One slot of the virtual reader: a listening socket; one connected peer = one inserted card.
// Wire format, as vpcd: 2-byte big-endian length + bytes. Reader to card: one byte 00 off, 01 on, 02 reset, 04 get ATR; longer = APDU.
#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

#include "options.h"

namespace ifd
{

struct Fd
{
    int value = -1;
    explicit Fd(int v = -1) : value(v) {}
    Fd(const Fd&) = delete;
    ~Fd()
    {
        if (value >= 0) ::close(value);
    }
};

class Slot
{
public:
    Slot(const Options& o, int index) : options(o)
    {
        if (!o.unixPath.empty())
        {
            sockaddr_un a{};
            a.sun_family = AF_UNIX;
            auto path = o.unixPath + (index ? "." + std::to_string(index) : "");
            if (path.size() >= sizeof a.sun_path) return;
            memcpy(a.sun_path, path.c_str(), path.size() + 1);
            ::unlink(path.c_str());
            listen(AF_UNIX, reinterpret_cast<sockaddr*>(&a), sizeof a);
        }
        else
        {
            sockaddr_in a{};
            a.sin_family = AF_INET;
            a.sin_port = htons(uint16_t(o.port + index));
            a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            listen(AF_INET, reinterpret_cast<sockaddr*>(&a), sizeof a);
        }
    }
    bool ok() const { return listener_ && listener_->value >= 0; }

    // A card that is gone is reported before another one is seen: once, with events to pcscd's watching thread. (Others ask, too,
    // before they power a card, and pcscd does not learn it from them.)
    bool present()
    {
        std::lock_guard lock(mutex_);
        if (card_)
        {
            uint8_t b;
            ssize_t n = ::recv(card_->value, &b, 1, MSG_PEEK | MSG_DONTWAIT);
            gone_ = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
            if (gone_)
            {
                card_.reset();
                atr_.clear();
            }
        }
        if (gone_)
        {
            if (!options.events || std::this_thread::get_id() == watcher_) gone_ = false;
            return false;
        }
        if (!card_)
        {
            int fd = ::accept4(listener_->value, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return false;
            int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            card_ = std::make_shared<Fd>(fd);
        }
        return true;
    }

    // Called without any lock of pcscd, in parallel to everything else.
    void waitForChange(int timeoutMs)
    {
        std::shared_ptr<Fd> card;
        {
            std::lock_guard lock(mutex_);
            card = card_;
            watcher_ = std::this_thread::get_id();
        }
        std::array<pollfd, 2> p{{{wake_.value, POLLIN, 0}, {card ? card->value : listener_->value, short(card ? POLLRDHUP : POLLIN), 0}}};
        if (::poll(p.data(), p.size(), timeoutMs) > 0 && p[0].revents)
        {
            uint64_t n;
            (void)!::read(wake_.value, &n, sizeof n);
        }
    }
    void stopWaiting()
    {
        uint64_t one = 1;
        (void)!::write(wake_.value, &one, sizeof one);
    }

    bool command(uint8_t code) { return send(&code, 1); }
    std::optional<Bytes> powerUp(bool warm)
    {
        if (!command(warm ? 2 : 1)) return {};
        uint8_t getAtr = 4;
        auto atr = exchange(&getAtr, 1);
        if (atr) atr_ = *atr;
        return atr;
    }
    const Bytes& atr() const { return atr_; }

    std::optional<Bytes> exchange(const uint8_t* data, size_t n)
    {
        if (!send(data, n)) return {};
        uint8_t head[2];
        if (!receive(head, 2)) return {};
        Bytes answer(size_t(head[0]) << 8 | head[1]);
        if (!receive(answer.data(), answer.size())) return {};
        return answer;
    }

    const Options options;

private:
    void listen(int family, sockaddr* a, socklen_t n)
    {
        auto s = std::make_unique<Fd>(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        int on = 1;
        ::setsockopt(s->value, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (::bind(s->value, a, n) || ::listen(s->value, 1)) return;
        listener_ = std::move(s);
    }
    std::shared_ptr<Fd> card()
    {
        std::lock_guard lock(mutex_);
        return card_;
    }
    bool send(const uint8_t* data, size_t n)
    {
        auto c = card();
        if (!c || n > 0xFFFF) return false;
        Bytes frame{uint8_t(n >> 8), uint8_t(n)};
        frame.insert(frame.end(), data, data + n);
        return ::send(c->value, frame.data(), frame.size(), MSG_NOSIGNAL) == ssize_t(frame.size());
    }
    bool receive(uint8_t* to, size_t n)
    {
        auto c = card();
        int on = 1;
        if (c) ::setsockopt(c->value, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
        return c && (n == 0 || ::recv(c->value, to, n, MSG_WAITALL) == ssize_t(n));
    }

    std::unique_ptr<Fd> listener_;
    std::mutex mutex_; // guards the next three; exchanges are serialised by pcscd
    std::shared_ptr<Fd> card_;
    bool gone_ = false;
    std::thread::id watcher_;
    Fd wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    Bytes atr_;
};

} // namespace ifd
