// A WebSocket client of plain sockets for measuring: what it costs itself is small.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace eidkern::bench
{

class PlainWebSocket
{
public:
    // Ends the program with an explanation if it does not get in. `quickAck`: acknowledges at once, as some systems do; else the kernel
    // may wait for 40 ms, as a client gets it that sets nothing.
    PlainWebSocket(const std::string& host, int port, bool quickAck);
    ~PlainWebSocket();
    PlainWebSocket(const PlainWebSocket&) = delete;

    static std::string frame(std::string_view text); // masked with zeros
    void sendBytes(std::string_view bytes);
    void send(std::string_view text) { sendBytes(frame(text)); }
    std::string next();                            // message
    std::string until(std::string_view contained); // the message that contains this; those before it are dropped
    std::size_t drain(std::size_t bytes);          // reads so many at least, and keeps what is more

private:
    void receive();

    int descriptor_;
    const bool quickAck_;
    std::string received_;
};

} // namespace eidkern::bench
