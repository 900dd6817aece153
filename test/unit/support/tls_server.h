// A scripted HTTPS server on loopback: a TLS context per connection, an action per request.
#pragma once
#include <QTcpServer>
#include <functional>
#include <memory>
#include <utility>

#include "lab/lab_tls.h"

namespace eidkern::test
{

class TlsServer : public QObject
{
public:
    std::function<std::shared_ptr<lab::TlsContext>(int connection)> context; // 0, 1, ...
    std::function<void(lab::TlsConnection&, const QByteArray& request)> answer = [](lab::TlsConnection& c, const QByteArray&) { c.write(ok("ok")); };
    int handshakes = 0, resumptions = 0, requests = 0;
    QList<lab::TlsConnection*> connections; // all of them, also those that are over

    explicit TlsServer(std::shared_ptr<lab::TlsContext> always) : context([always](int) { return always; })
    {
        tcp_.listen(QHostAddress::LocalHost, 0);
        connect(&tcp_, &QTcpServer::newConnection, this, [this] {
            while (auto* socket = tcp_.nextPendingConnection()) accept(socket);
        });
    }
    quint16 port() const { return tcp_.serverPort(); }
    static QByteArray ok(const QByteArray& body) { return "HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body; }

private:
    void accept(QTcpSocket* socket)
    {
        auto* c = new lab::TlsConnection(socket, context(int(connections.size())), this);
        connections << c;
        connect(c, &lab::TlsConnection::established, this, [this, c] {
            ++handshakes;
            resumptions += c->resumed();
        });
        auto buffer = std::make_shared<QByteArray>();
        connect(c, &lab::TlsConnection::received, this, [this, c, buffer](const QByteArray& plain) {
            *buffer += plain;
            const auto head = buffer->indexOf("\r\n\r\n");
            const auto at = buffer->indexOf("Content-Length: ");
            const auto length = at < 0 || at > head ? 0 : buffer->mid(at + 16, buffer->indexOf('\r', at) - at - 16).toInt();
            if (head < 0 || buffer->size() < head + 4 + length) return;
            ++requests;
            answer(*c, std::exchange(*buffer, {}));
        });
    }
    QTcpServer tcp_;
};

} // namespace eidkern::test
