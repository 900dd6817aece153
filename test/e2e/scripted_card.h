// A card on the virtual reader that does what the test says, in a thread of its own. It answers the reader's controls by itself.
#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "core/bytes.h"

namespace eidkern::test
{

class ScriptedCard
{
public:
    using Answer = std::function<std::optional<Bytes>(ByteView command)>; // nothing: it is lifted off at this moment

    ScriptedCard(const std::string& socketPath, Answer answer) : answer_(std::move(answer)), fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(socketPath.begin(), socketPath.end(), address.sun_path);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
        thread_ = std::thread([this] { live(); });
    }
    ~ScriptedCard()
    {
        ::shutdown(fd_, SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
        ::close(fd_);
    }
    ScriptedCard(const ScriptedCard&) = delete;

    std::atomic<int> commands = 0; // that arrived

private:
    void live()
    {
        static const Bytes atr{0x3B, 0x80, 0x80, 0x01, 0x01};
        for (;;)
        {
            std::uint8_t head[2];
            if (!receive(head, sizeof head)) return;
            Bytes frame(std::size_t(head[0] << 8 | head[1]));
            if (!receive(frame.data(), frame.size())) return;
            if (frame.size() == 1 && frame[0] != 0x04) continue; // power
            const bool command = frame.size() > 1;
            if (command) ++commands;
            const auto answer = command ? answer_(frame) : atr;
            if (!answer)
            {
                ::shutdown(fd_, SHUT_RDWR);
                return;
            }
            Bytes out{std::uint8_t(answer->size() >> 8), std::uint8_t(answer->size())};
            out.insert(out.end(), answer->begin(), answer->end());
            if (::sendto(fd_, out.data(), out.size(), MSG_NOSIGNAL, nullptr, 0) != ssize_t(out.size())) return;
        }
    }
    bool receive(std::uint8_t* to, std::size_t size) const { return size == 0 || ::recv(fd_, to, size, MSG_WAITALL) == ssize_t(size); }

    Answer answer_;
    int fd_;
    std::thread thread_;
};

} // namespace eidkern::test
