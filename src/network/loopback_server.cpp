#include "network/loopback_server.h"

#include <QDateTime>
#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <unistd.h>

#include "network/web_socket_handshake.h"

namespace eidkern::network
{

static std::string encode(const LoopbackAnswer& answer, std::chrono::system_clock::time_point now, bool withBody)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto date = QDateTime::fromSecsSinceEpoch(seconds, Qt::UTC).toString(QStringLiteral("ddd, dd MMM yyyy hh:mm:ss")).toStdString();
    const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(unsigned(answer.status)));
    auto wire = "HTTP/1.1 " + std::to_string(answer.status) + ' ' + std::string(reason) + "\r\nDate: " + date + " GMT\r\n";
    for (const auto& [name, value] : answer.headers) wire.append(name).append(": ").append(value).append("\r\n");
    if (answer.status != 204) wire += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    wire += "Connection: close\r\n\r\n";
    return withBody ? wire + answer.body : wire;
}

class LoopbackServer::Connection final : public LoopbackExchange, public std::enable_shared_from_this<Connection>, private WebSocket::Owner
{
public:
    Connection(LoopbackServer& server, int descriptor) : server_(server), stream_(std::make_unique<Stream>(descriptor)) {}

    void begin()
    {
        stream_->readable = [this] { read(); };
        stream_->written = [this] { finishWriting(); };
        limit();
    }

    const HttpParser& request() const override { return parser_; }
    const Stream* stream() const override { return stream_.get(); }

    void answer(const LoopbackAnswer& answer) override
    {
        if (phase_ != Phase::Reading && phase_ != Phase::Waiting) return;
        phase_ = Phase::Answering;
        limit();
        stream_->unwritten() = encode(answer, server_.clock_.now(), parser_.method() != "HEAD");
        finishWriting(); // now: whoever answers last may end the server next
    }

    std::shared_ptr<WebSocket> upgrade(const Headers& headers) override
    {
        const auto accepted = phase_ == Phase::Waiting ? acceptHandshake(parser_) : std::nullopt;
        if (!accepted) return {};
        phase_ = Phase::Upgraded;
        gone = {};
        auto& wire = stream_->unwritten() = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
        for (const auto& [name, value] : headers) wire.append(name).append(": ").append(value).append("\r\n");
        wire.append("Sec-WebSocket-Accept: ").append(*accepted).append("\r\n\r\n");
        return socket_ = WebSocket::open(std::move(stream_), *this);
    }

    bool mayGo() const { return phase_ != Phase::Waiting && !(socket_ && socket_->isOpen()); }

    void shut() // for good, also for those who still hold it
    {
        phase_ = Phase::Over;
        limit_.reset();
        stream_.reset();
        if (const auto socket = std::exchange(socket_, {})) socket->end();
    }

private:
    enum class Phase { Reading, Waiting, Answering, Upgraded, Over };

    void read()
    {
        std::array<char, 4096> bytes;
        std::size_t count = 0;
        const auto result = stream_->read(bytes, count);
        if (result == Stream::Read::NothingNow) return;
        if (result == Stream::Read::Ended || phase_ == Phase::Waiting) return end();
        if (phase_ == Phase::Answering) return; // read over, until the client closes
        const auto state = parser_.feed({bytes.data(), count});
        if (state == HttpState::Bad || state == HttpState::TooLarge || !parser_.rest().empty()) return refuse();
        if (state != HttpState::Done) return;
        phase_ = Phase::Waiting;
        limit_.reset();
        const auto self = shared_from_this();
        server_.handler_(self);
    }

    void refuse() { answer({400, {{"Content-Type", "text/plain; charset=utf-8"}}, "not an acceptable HTTP request\n"}); }

    // When all is written we say so and wait for the client to close: closing first, with bytes of it unread, would be a reset,
    // which may overtake the answer.
    void finishWriting()
    {
        if (!stream_->flush() || stream_->unwrittenBytes() == 0) stream_->endWriting();
    }

    void leaving() override { limit(); }
    void over() override { end(); }

    void end()
    {
        const auto self = shared_from_this();
        const bool waited = std::exchange(phase_, Phase::Over) == Phase::Waiting;
        server_.drop(this);
        shut();
        if (waited && gone) std::exchange(gone, {})();
    }

    void limit() { limit_.emplace(start(server_.scheduler_, expire(server_, weak_from_this()))); }

    static Task<Done> expire(LoopbackServer& server, std::weak_ptr<Connection> connection)
    {
        co_await server.clock_.after(patience);
        server.scheduler_.post([connection = std::move(connection)] { // this coroutine dies with the connection
            if (const auto held = connection.lock(); held && held->phase_ != Phase::Over) held->end();
        });
        co_return Done{};
    }

    LoopbackServer& server_;
    std::unique_ptr<Stream> stream_; // until the upgrade
    std::shared_ptr<WebSocket> socket_;
    HttpParser parser_{HttpParser::Kind::Request, {.head = largestHead, .body = 0}};
    Phase phase_ = Phase::Reading;
    std::optional<Pending<Done>> limit_;
};

LoopbackServer::LoopbackServer(Scheduler& scheduler, Clock& clock, Handler handler) : scheduler_(scheduler), clock_(clock), handler_(std::move(handler)) {}

LoopbackServer::~LoopbackServer()
{
    for (const auto& each : connections_) each->shut();
}

tl::expected<LoopbackServer::Listening, LoopbackServer::Fault> LoopbackServer::listen(std::uint16_t port)
{
    auto both = listen(port, {"127.0.0.1", "::1"});
    if (both || both.error().portTaken) return both;
    return listen(port, {"127.0.0.1"}); // this machine has no IPv6
}

tl::expected<LoopbackServer::Listening, LoopbackServer::Fault> LoopbackServer::listen(std::uint16_t port, const std::vector<std::string>& addresses)
{
    Listening listening{};
    for (int tries = port == 0 ? 16 : 1; tries > 0; --tries)
    {
        Fault fault{};
        listening = {port, false};
        listeners_.clear();
        for (const auto& text : addresses)
        {
            auto listener = Listener::open(text, listening.port, [this](int descriptor) { accept(descriptor); });
            if (!listener)
            {
                fault = {listener.error().portTaken, text + ": " + listener.error().detail};
                break;
            }
            listening.port = (*listener)->port();
            listening.ipv6 = listening.ipv6 || (*listener)->ipv6();
            listeners_.push_back(std::move(*listener));
        }
        if (fault.detail.empty()) return listening;
        listeners_.clear();
        if (!fault.portTaken || tries == 1) return tl::unexpected(fault);
    }
    return tl::unexpected(Fault{});
}

void LoopbackServer::accept(int descriptor)
{
    if (!makeRoom())
    {
        ::close(descriptor);
        return;
    }
    const auto connection = std::make_shared<Connection>(*this, descriptor);
    connections_.push_back(connection);
    connection->begin();
}

bool LoopbackServer::makeRoom()
{
    if (connections_.size() < mostConnections) return true;
    const auto oldest = std::ranges::find_if(connections_, &Connection::mayGo);
    if (oldest == connections_.end()) return false;
    (*oldest)->shut();
    connections_.erase(oldest);
    return true;
}

void LoopbackServer::drop(const Connection* connection)
{
    std::erase_if(connections_, [connection](const auto& each) { return each.get() == connection; });
}

} // namespace eidkern::network
