// A WebSocket client that sends what a test wants, well formed or not, and keeps what comes.
#pragma once
#include <QHostAddress>
#include <QTcpSocket>
#include <QtTest>
#include <sys/socket.h>
#include <utility>

#include "support/frames.h"
#include "support/wait_until.h"

namespace eidkern::test
{

class WebSocketClient
{
public:
    explicit WebSocketClient(quint16 port, const QByteArray& headers = {}, const QByteArray& path = "/eID-Kernel", const QByteArray& host = {})
    {
        QObject::connect(&socket_, &QTcpSocket::readyRead, &socket_, [this] { received_ += socket_.readAll(); });
        socket_.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
        (void)waitUntil([this] { return socket_.state() == QAbstractSocket::ConnectedState; });
        socket_.write("GET " + path + " HTTP/1.1\r\nHost: " + (host.isEmpty() ? "127.0.0.1:" + QByteArray::number(port) : host)
                      + "\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      + headers + "\r\n");
        (void)waitUntil([this] { return received_.contains("\r\n\r\n") || isOver(); });
        const auto end = received_.indexOf("\r\n\r\n") + 4;
        head_ = received_.left(end);
        received_.remove(0, end);
    }

    int status() const { return head_.mid(9, 3).toInt(); }
    const QByteArray& head() const { return head_; }
    const Frames& frames() const { return frames_; }
    bool isOver() const { return socket_.state() == QAbstractSocket::UnconnectedState; }
    void leave()
    {
        if (!isOver()) frames_.gone();
        socket_.abort();
    }
    void tearOff() // with a reset, and what was not sent yet is lost
    {
        const linger now{1, 0};
        ::setsockopt(int(socket_.socketDescriptor()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
        leave();
    }
    void stopReading() { socket_.setReadBufferSize(1); }
    void readAgain()
    {
        socket_.setReadBufferSize(0);
        received_ += socket_.readAll();
    }
    void sendBytes(const QByteArray& bytes)
    {
        frames_.rawToServer(bytes);
        socket_.write(bytes);
    }
    void send(const QByteArray& text)
    {
        frames_.toServer(text);
        socket_.write(frame(0x81, text));
    }

    // `first`: FIN, reserved bits and opcode.
    static QByteArray frame(int first, const QByteArray& payload, bool masked = true)
    {
        const char mask[] = {'\x12', '\x34', '\x56', '\x78'};
        auto bytes = QByteArray(1, char(first)) + length(payload.size(), masked ? 0x80 : 0);
        if (!masked) return bytes + payload;
        bytes.append(mask, 4);
        for (qsizetype i = 0; i < payload.size(); ++i) bytes += char(payload[i] ^ mask[i % 4]);
        return bytes;
    }
    static QByteArray length(qsizetype size, int mask)
    {
        QByteArray bytes(1, char(mask | (size < 126 ? size : size < 65536 ? 126 : 127)));
        for (int i = size < 126 ? -1 : size < 65536 ? 1 : 7; i >= 0; --i) bytes += char(size >> 8 * i);
        return bytes;
    }

    // The next frame: its first byte, and its payload. -1: none came before the connection ended.
    std::pair<int, QByteArray> next()
    {
        std::pair<int, QByteArray> found{-1, {}};
        (void)waitUntil([&] { return take(found) || isOver(); });
        if (found.first == 0x81) frames_.toClient(found.second);
        return found;
    }
    QByteArray text() // of the next frame, which is a text
    {
        const auto [first, payload] = next();
        return first == 0x81 ? payload : "frame " + QByteArray::number(first, 16);
    }
    int closeCode() // of the next frame, which closes; 0: without a code; -1: something else
    {
        const auto [first, payload] = next();
        if (first != 0x88 || payload.size() == 1) return -1;
        const int code = payload.isEmpty() ? 0 : int(quint8(payload[0])) << 8 | quint8(payload[1]);
        frames_.closed(code);
        return code;
    }

private:
    bool take(std::pair<int, QByteArray>& into)
    {
        if (received_.size() < 2) return false;
        const int small = quint8(received_[1]);
        const int extended = small == 126 ? 2 : small == 127 ? 8 : 0;
        if (received_.size() < 2 + extended) return false;
        qsizetype size = small;
        if (extended) size = 0;
        for (int i = 0; i < extended; ++i) size = size << 8 | quint8(received_[2 + i]);
        if (received_.size() < 2 + extended + size) return false;
        into = {quint8(received_[0]), received_.mid(2 + extended, size)};
        received_.remove(0, 2 + extended + size);
        return true;
    }

    const Frames frames_{Frames::Over::WebSocket};
    QTcpSocket socket_;
    QByteArray head_, received_;
};

} // namespace eidkern::test
