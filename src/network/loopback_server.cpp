#include "network/loopback_server.h"

#include <QDateTime>
#include <QTcpSocket>
#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <sys/socket.h>

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

class LoopbackServer::Connection final : public LoopbackExchange, public std::enable_shared_from_this<Connection>
{
public:
    Connection(LoopbackServer& server, QTcpSocket* socket) : server_(server), socket_(socket)
    {
        socket_->setParent(nullptr); // its QTcpServer would delete it
        socket_->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        socket_->setReadBufferSize(2 * qint64(largestHead));
    }
    ~Connection() override { shut(); }

    void begin()
    {
        QObject::connect(socket_.get(), &QTcpSocket::readyRead, wires_.get(), [this] { read(); });
        QObject::connect(socket_.get(), &QTcpSocket::bytesWritten, wires_.get(), [this] { finishWriting(); });
        QObject::connect(socket_.get(), &QTcpSocket::disconnected, wires_.get(), [this] { end(); });
        limit();
        if (socket_->state() == QAbstractSocket::ConnectedState) read();
        else end();
    }

    const HttpParser& request() const override { return parser_; }

    void answer(const LoopbackAnswer& answer) override
    {
        if (phase_ != Phase::Reading && phase_ != Phase::Waiting) return;
        phase_ = Phase::Answering;
        limit();
        socket_->write(QByteArray::fromStdString(encode(answer, server_.clock_.now(), parser_.method() != "HEAD")));
        socket_->flush(); // now: whoever answers last may end the server next
        finishWriting();
    }

    bool mayGo() const { return phase_ != Phase::Waiting; }

    void shut() // for good, also for those who still hold it
    {
        if (!socket_) return;
        phase_ = Phase::Over;
        limit_.reset();
        wires_.reset(); // first: abort() would still emit
        socket_->abort();
        socket_.release()->deleteLater(); // this may run inside one of its signals
    }

private:
    enum class Phase { Reading, Waiting, Answering, Over };

    void read()
    {
        const auto bytes = socket_->readAll();
        if (bytes.isEmpty() || phase_ == Phase::Answering) return; // read over, until the client closes
        if (phase_ == Phase::Waiting) return end();
        const auto state = parser_.feed({bytes.constData(), std::size_t(bytes.size())});
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
        if (phase_ == Phase::Answering && socket_->bytesToWrite() == 0) ::shutdown(int(socket_->socketDescriptor()), SHUT_WR);
    }

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
    std::unique_ptr<QTcpSocket> socket_;
    std::unique_ptr<QObject> wires_ = std::make_unique<QObject>();
    HttpParser parser_{HttpParser::Kind::Request, {.head = largestHead, .body = 0}};
    Phase phase_ = Phase::Reading;
    std::optional<Pending<Done>> limit_;
};

LoopbackServer::LoopbackServer(Scheduler& scheduler, Clock& clock, Handler handler) : scheduler_(scheduler), clock_(clock), handler_(std::move(handler))
{
    for (auto* server : {&v4_, &v6_}) QObject::connect(server, &QTcpServer::newConnection, server, [this, server] { accept(*server); });
}

LoopbackServer::~LoopbackServer()
{
    for (const auto& each : connections_) each->shut();
}

static bool isTaken(const QTcpServer& server) { return server.serverError() == QAbstractSocket::AddressInUseError; }

tl::expected<LoopbackServer::Listening, LoopbackServer::Fault> LoopbackServer::listen(std::uint16_t port)
{
    for (int tries = port == 0 ? 16 : 1; tries > 0; --tries)
    {
        if (!v4_.listen(QHostAddress::LocalHost, port)) return tl::unexpected(Fault{isTaken(v4_), v4_.errorString().toStdString()});
        if (v6_.listen(QHostAddress::LocalHostIPv6, v4_.serverPort())) return Listening{v4_.serverPort(), true};
        if (!isTaken(v6_)) return Listening{v4_.serverPort(), false};
        v4_.close();
    }
    return tl::unexpected(Fault{true, v6_.errorString().toStdString()});
}

void LoopbackServer::accept(QTcpServer& from)
{
    while (auto* socket = from.nextPendingConnection())
    {
        if (!makeRoom())
        {
            socket->deleteLater();
            continue;
        }
        const auto connection = std::make_shared<Connection>(*this, socket);
        connections_.push_back(connection);
        connection->begin();
    }
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
