// A bounded HTTP/1.1 server on this machine's loopback addresses, for browsers and programs of the same machine. One request
// per connection: the answer ends it, and whoever sends more than a request, or a body, is refused.
// A connection has `patience` to bring its request and again to take its answer; the wait in between is the handler's. When
// all places are taken, the connection that has been reading or writing for longest goes, so that slow ones hold up nobody.
// One thread, Qt event loop. Destroying it closes everything, and nothing is called afterwards.
#pragma once
#include <QTcpServer>
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

namespace eidkern::network
{

struct LoopbackAnswer
{
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers = {}; // fit for header lines; Date, Content-Length and Connection are added
    std::string body = {};
};

// One request that waits for its answer.
class LoopbackExchange
{
public:
    virtual ~LoopbackExchange() = default;
    virtual const HttpParser& request() const = 0;
    virtual void answer(const LoopbackAnswer& answer) = 0; // once; without effect when the client has gone
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
    struct Fault
    {
        bool portTaken;     // another program has it, on one of the addresses
        std::string detail; // for people
    };
    // 127.0.0.1 and ::1, the same port. 0: any that is free on both.
    tl::expected<Listening, Fault> listen(std::uint16_t port);

private:
    class Connection;

    void accept(QTcpServer& from);
    bool makeRoom();
    void drop(const Connection* connection);

    Scheduler& scheduler_;
    Clock& clock_;
    const Handler handler_;
    QTcpServer v4_, v6_;
    std::list<std::shared_ptr<Connection>> connections_; // the oldest first
};

} // namespace eidkern::network
