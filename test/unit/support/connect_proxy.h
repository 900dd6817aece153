// An HTTP proxy on loopback that leads every CONNECT to this machine, whatever its host.
#pragma once
#include <QTcpServer>
#include <QTcpSocket>

#include "eidkern/proxy.h"

namespace eidkern::test
{

class ConnectProxy : public QObject
{
public:
    explicit ConnectProxy(quint16 target = 0) : target_(target) // 0: the port that CONNECT names
    {
        tcp_.listen(QHostAddress::LocalHost);
        connect(&tcp_, &QTcpServer::newConnection, this, [this] { serve(tcp_.nextPendingConnection()); });
    }
    quint16 port() const { return tcp_.serverPort(); }
    Proxy asProxy(std::string user = {}, std::string_view password = {}) { return {"127.0.0.1", port(), std::move(user), Secret(password)}; }

    QByteArray answer = "HTTP/1.1 200 Connection established\r\n\r\n"; // empty: closes
    QByteArray credentials;                                           // demanded, if there are any
    QByteArrayList requests;

private:
    void serve(QTcpSocket* client)
    {
        client->setParent(this);
        connect(client, &QTcpSocket::readyRead, client, [this, client] {
            auto* server = client->findChild<QTcpSocket*>();
            if (server) return void(server->write(client->readAll()));
            if (!client->peek(4096).contains("\r\n\r\n")) return;
            requests << client->readAll();
            const bool known = credentials.isEmpty() || requests.last().contains("Proxy-Authorization: Basic " + credentials.toBase64());
            if (!known) return void(client->write("HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"));
            if (answer.isEmpty()) return client->disconnectFromHost();
            if (answer.contains(" 200 "))
            {
                const auto authority = requests.last().split(' ').value(1);
                server = new QTcpSocket(client);
                connect(server, &QTcpSocket::readyRead, client, [client, server] { client->write(server->readAll()); });
                connect(server, &QTcpSocket::disconnected, client, [client] { client->disconnectFromHost(); });
                server->connectToHost(QHostAddress::LocalHost, target_ ? target_ : authority.mid(authority.lastIndexOf(':') + 1).toUShort());
                server->waitForConnected(1000);
            }
            client->write(answer);
        });
    }

    const quint16 target_;
    QTcpServer tcp_;
};

} // namespace eidkern::test
