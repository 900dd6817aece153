#include "lab/http_server.h"

#include <cstdio>

#include "network/http_parser.h"

namespace eidkern::lab
{

using network::HttpParser;
using network::HttpState;

static constexpr int mostConnections = 128;

struct HttpServer::Reading
{
    HttpParser parser;
};

static HttpParser parserFor(std::size_t largestBody) { return HttpParser(HttpParser::Kind::Request, {.head = 16 * 1024, .body = largestBody}); }

static std::string_view reason(int status)
{
    switch (status)
    {
        case 200: return "OK";
        case 202: return "Accepted";
        case 303: return "See Other";
        case 400: return "Bad Request";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 413: return "Content Too Large";
        case 503: return "Service Unavailable";
        default: return "Scripted";
    }
}

static std::string inChunks(std::string_view body) // of 1, 2, 3, ... bytes
{
    std::string out;
    for (std::size_t size = 1; !body.empty(); ++size)
    {
        const auto chunk = body.substr(0, size);
        char head[24];
        std::snprintf(head, sizeof head, "%zx\r\n", chunk.size());
        out.append(head).append(chunk).append("\r\n");
        body.remove_prefix(chunk.size());
    }
    return out + "0\r\n\r\n";
}

static std::string encode(const HttpAnswer& answer)
{
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + ' ' + std::string(reason(answer.status)) + "\r\n";
    head += "Content-Type: " + answer.contentType + "\r\nCache-Control: no-store\r\n";
    head += answer.chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    if (answer.status == 405) head += "Allow: GET, POST\r\n";
    if (!answer.location.empty()) head += "Location: " + answer.location + "\r\n";
    for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
    if (answer.closeAfterwards) head += "Connection: close\r\n";
    return head + "\r\n" + (answer.chunked ? inChunks(answer.body) : answer.body);
}

HttpServer::HttpServer(Server who, TlsProfile usual, std::size_t largestBody, FaultScript faults, Handler handler)
    : who_(who), usual_(std::make_shared<TlsContext>(std::move(usual))), largestBody_(largestBody), faults_(std::move(faults)), handler_(std::move(handler))
{
    QObject::connect(&tcp_, &QTcpServer::newConnection, &tcp_, [this] {
        while (auto* socket = tcp_.nextPendingConnection()) accept(socket);
    });
}

bool HttpServer::listen(std::uint16_t port)
{
    const bool done = tcp_.listen(QHostAddress::LocalHost, port);
    port_ = tcp_.serverPort();
    return done;
}

bool HttpServer::refuse(bool connections)
{
    if (!connections) return tcp_.isListening() || tcp_.listen(QHostAddress::LocalHost, port_);
    tcp_.close();
    return true;
}

void HttpServer::accept(QTcpSocket* socket)
{
    if (open_ == mostConnections) return socket->deleteLater();
    ++counters_.connections;
    const auto context = faults_.tls ? faults_.tls(who_, counters_.connections, usual_->profile) : nullptr;
    auto* connection = new TlsConnection(socket, context ? context : usual_, &tcp_);
    auto reading = std::make_shared<Reading>(Reading{parserFor(largestBody_)});
    ++open_;
    QObject::connect(connection, &QObject::destroyed, &tcp_, [this] { --open_; });
    QObject::connect(socket, &QTcpSocket::disconnected, connection, &QObject::deleteLater);
    if (socket->state() == QAbstractSocket::UnconnectedState) connection->deleteLater(); // a fault or the peer was faster
    QObject::connect(connection, &TlsConnection::established, &tcp_, [this, connection] {
        ++counters_.handshakes;
        counters_.resumptions += connection->resumed();
    });
    QObject::connect(connection, &TlsConnection::received, &tcp_, [this, connection, reading](const QByteArray& plain) { feed(*connection, *reading, plain); });
}

void HttpServer::feed(TlsConnection& connection, Reading& reading, const QByteArray& plain)
{
    auto state = reading.parser.feed({plain.constData(), std::size_t(plain.size())});
    while (state == HttpState::Done && !connection.isOver())
    {
        const auto& parser = reading.parser;
        const bool keepsOpen = parser.keepsOpen();
        answer(connection, {.method = std::string(parser.method()),
                            .target = std::string(parser.target()),
                            .body = reading.parser.takeBody(),
                            .pskIdentity = connection.identity(),
                            .tlsSession = connection.session(),
                            .accept = std::string(parser.header("Accept")),
                            .acceptLanguage = std::string(parser.header("Accept-Language")),
                            .keepsOpen = keepsOpen});
        const auto rest = reading.parser.rest();
        reading.parser = parserFor(largestBody_);
        state = reading.parser.feed(rest);
    }
    if (state != HttpState::Bad && state != HttpState::TooLarge) return;
    const auto refusal = encode({.status = state == HttpState::Bad ? 400 : 413, .body = "not an acceptable HTTP request\n", .closeAfterwards = true});
    connection.write(QByteArray::fromStdString(refusal));
    connection.close();
}

void HttpServer::answer(TlsConnection& connection, const HttpRequest& request)
{
    auto answer = handler_(request);
    ++counters_.requests;
    if (!request.keepsOpen) answer.closeAfterwards = true;
    if (faults_.answer) faults_.answer(who_, counters_.requests, request, answer);
    const auto wire = QByteArray::fromStdString(encode(answer));
    switch (answer.delivery)
    {
        case HttpAnswer::Delivery::Silence: return;
        case HttpAnswer::Delivery::Close: return connection.close();
        case HttpAnswer::Delivery::Reset: return connection.reset();
        case HttpAnswer::Delivery::CloseHalfway: // within the body, if there is one
            connection.write(wire.first(wire.size() - qsizetype(answer.body.size() + 1) / 2));
            return connection.close();
        case HttpAnswer::Delivery::Drip: return drip(connection, wire, 0);
        case HttpAnswer::Delivery::Raw: connection.write(QByteArray::fromStdString(answer.body)); break;
        case HttpAnswer::Delivery::Whole: connection.write(wire);
    }
    if (answer.closeAfterwards) connection.close();
}

void HttpServer::drip(TlsConnection& connection, const QByteArray& wire, qsizetype next)
{
    if (next == wire.size() || connection.isOver()) return;
    connection.write(wire.sliced(next, 1));
    if (faults_.dripped) faults_.dripped();
    const auto again = [this, &connection, wire, next] { drip(connection, wire, next + 1); };
    QMetaObject::invokeMethod(&connection, again, Qt::QueuedConnection);
}

} // namespace eidkern::lab
