// A client that speaks plain HTTP to a loopback server, byte by byte if a test wants that.
#pragma once
#include <QHostAddress>
#include <QTcpSocket>
#include <QtTest>

namespace eidkern::test
{

class PlainClient
{
public:
    explicit PlainClient(quint16 port, QHostAddress::SpecialAddress address = QHostAddress::LocalHost)
    {
        QObject::connect(&socket_, &QTcpSocket::readyRead, &socket_, [this] { received_ += socket_.readAll(); });
        socket_.connectToHost(QHostAddress(address), port);
    }
    bool isConnected()
    {
        return QTest::qWaitFor([this] { return socket_.state() == QAbstractSocket::ConnectedState; });
    }
    void send(const QByteArray& bytes)
    {
        if (isConnected()) socket_.write(bytes);
    }
    void leave() { socket_.abort(); }
    bool isOver() const { return socket_.state() == QAbstractSocket::UnconnectedState; }

    // All that the server said until it closed; nothing more is sent.
    QByteArray reply()
    {
        (void)QTest::qWaitFor([this] { return isOver(); }, 20'000);
        return received_;
    }
    int status() { return reply().mid(9, 3).toInt(); }

    // Of a whole reply; empty if missing.
    static QByteArray header(const QByteArray& reply, const QByteArray& name)
    {
        const auto head = "\r\n" + reply.left(reply.indexOf("\r\n\r\n")) + "\r\n";
        const auto at = head.indexOf("\r\n" + name + ": ");
        if (at < 0) return {};
        const auto start = at + name.size() + 4;
        return head.mid(start, head.indexOf("\r\n", start) - start);
    }
    static QByteArray body(const QByteArray& reply) { return reply.mid(reply.indexOf("\r\n\r\n") + 4); }

private:
    QTcpSocket socket_;
    QByteArray received_;
};

} // namespace eidkern::test
