// A bounded HTTP/1.1 server on this machine's loopback addresses (or others, if it is told so), for browsers and programs of the
// same machine. One request per connection: the answer ends it, or it becomes a WebSocket; whoever sends more than a request, or
// a body, is refused.
// A connection has `patience` to bring its request and again to take its answer; the wait in between is the handler's. When
// all places are taken, the connection that has been reading or writing for longest goes, so that slow ones hold up nobody.
// One thread, Qt event loop. Destroying it closes everything, and nothing is called afterwards.
#pragma once
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "core/clock.h"
#include "network/http_parser.h"
#include "network/listener.h"
#include "network/web_socket.h"

namespace eidkern::network
{

using Headers = std::vector<std::pair<std::string, std::string>>;

struct LoopbackAnswer
{
    int status = 200;
    Headers headers = {}; // fit for header lines; Date, Content-Length and Connection are added
    std::string body = {};
};

// One request that waits for its answer.
class LoopbackExchange
{
public:
    virtual ~LoopbackExchange() = default;
    virtual const HttpParser& request() const = 0;
    virtual const Stream* stream() const = 0; // who has asked, and where; null when the client has gone
    virtual void answer(const LoopbackAnswer& answer) = 0; // once; without effect when the client has gone

    // Instead of answer(): 101 with these headers. Null: the client has gone, or this is no acceptable handshake (RFC 6455 4.2.1),
    // and is still to be answered.
    virtual std::shared_ptr<WebSocket> upgrade(const Headers& headers) = 0;
    std::function<void()> gone; // called when the client closes, or speaks out of turn, before it was answered
};

class LoopbackServer
{
public:
    static constexpr std::size_t largestHead = 16 * 1024;
    static constexpr std::size_t mostConnections = 32;
    static constexpr std::chrono::seconds patience{10};

    using Handler = std::function<void(const std::shared_ptr<LoopbackExchange>&)>;

    LoopbackServer(Scheduler& scheduler, Clock& clock, Handler handler);
    ~LoopbackServer();
    LoopbackServer(const LoopbackServer&) = delete;

    struct Listening
    {
        std::uint16_t port;
        bool ipv6; // false: ::1 is not available here
    };
    using Fault = Listener::Fault;
    // 127.0.0.1 and ::1, the same port. 0: any that is free on both.
    tl::expected<Listening, Fault> listen(std::uint16_t port);

    // These addresses instead ("192.0.2.7", "::", not names), all of them with the same port, or none.
    tl::expected<Listening, Fault> listen(std::uint16_t port, const std::vector<std::string>& addresses);

private:
    class Connection;

    void accept(int descriptor);
    bool makeRoom();
    void drop(const Connection* connection);

    Scheduler& scheduler_;
    Clock& clock_;
    const Handler handler_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::list<std::shared_ptr<Connection>> connections_; // the oldest first
};

} // namespace eidkern::network
