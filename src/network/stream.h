// A connected TCP socket in the Qt event loop, without blocking: reading when there is something, writing through a buffer that
// grows as far as its owner lets it. One thread. Small messages leave at once (TCP_NODELAY).
#pragma once
#include <QSocketNotifier>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace eidkern::network
{

class Stream
{
public:
    enum class Read { Bytes, NothingNow, Ended }; // Ended: the peer has closed its side, or the connection is broken

    explicit Stream(int descriptor); // takes it
    ~Stream();                       // closes; what is not written yet is lost
    Stream(const Stream&) = delete;

    // Called from the event loop; both may destroy the stream, or set others.
    std::function<void()> readable;
    std::function<void()> written; // nothing is left in the buffer that once was too much for the socket, or writing failed

    Read read(std::span<char> into, std::size_t& count);
    void pauseReading(bool paused);

    std::string& unwritten() { return buffer_; } // append, then flush()
    std::size_t unwrittenBytes() const { return buffer_.size() - sent_; }
    bool flush();      // false: the connection is broken
    void endWriting(); // the peer sees the end after what was flushed
    void abort();      // nothing is sent any more, and reading says Ended

    bool overLoopback() const; // both ends are loopback addresses
    std::string localAddress() const; // at which the peer has reached us: "127.0.0.1", "::1"

    // The user who owns the peer's end of a loopback connection. Nothing: it cannot be told, for example because it is closed already.
    std::optional<std::uint32_t> peerUser() const;

private:
    struct Later // a notifier may be deleted inside its own signal
    {
        void operator()(QSocketNotifier* notifier) const;
    };
    using Notifier = std::unique_ptr<QSocketNotifier, Later>;

    const int descriptor_;
    std::string buffer_;
    std::size_t sent_ = 0; // of buffer_
    Notifier reading_, writing_;
};

} // namespace eidkern::network
