// One client's WebSocket (RFC 6455), the server's side: whole texts in both directions. Answers that are sent while texts are
// read leave together. A client that does not take its answers is not read from either, and one for whom more than `mostUnsent`
// piles up is dropped. One thread, Qt event loop.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <string_view>

#include "network/stream.h"
#include "network/web_socket_frames.h"

namespace eidkern::network
{

class WebSocket : public std::enable_shared_from_this<WebSocket>
{
public:
    static constexpr std::size_t mostUnsent = 4 * 1024 * 1024;
    static constexpr std::size_t enoughUnsent = 256 * 1024; // above it nothing is read

    struct Owner
    {
        virtual ~Owner() = default;
        virtual void leaving() = 0; // we have said that we close: the client has a while to take that, and to close
        virtual void over() = 0;    // drop it
    };

    // After the handshake, whose answer may still lie in the stream's buffer. The owner outlives it, or calls end().
    static std::shared_ptr<WebSocket> open(std::unique_ptr<Stream> stream, Owner& owner);

    // From the event loop; they may destroy what they like. `gone` comes once, when no text can come or be sent any more, but not
    // after close() or end().
    std::function<void(std::string_view)> text;
    std::function<void()> gone;

    void send(std::string_view message); // without effect when it is not open any more
    void close(CloseCode code);
    void look(); // reads now what is there, so that a client that has gone is noticed
    bool isOpen() const { return phase_ == Phase::Open; }
    std::size_t unsent() const { return stream_ ? stream_->unwrittenBytes() : 0; } // bytes that the client has still to take
    void end();  // at once, with the code GoingAway if it is open; nobody is called

private:
    enum class Phase { Open, Dropped, Closing, Over };

    WebSocket(std::unique_ptr<Stream> stream, Owner& owner) : owner_(owner), stream_(std::move(stream)) {}

    bool read(); // false: there is nothing more now
    void handle(std::size_t count);
    void take(const FrameReader::Item& item);
    void takenUp();
    bool isFull();
    void finish();
    void stop();
    void tellGone();

    Owner& owner_;
    std::unique_ptr<Stream> stream_;
    FrameReader frames_;
    std::array<char, 64 * 1024> input_;
    std::size_t held_ = 0; // bytes at the front of input_ that are not handled yet
    Phase phase_ = Phase::Open;
    bool handling_ = false; // what is sent meanwhile is flushed at its end
};

} // namespace eidkern::network
