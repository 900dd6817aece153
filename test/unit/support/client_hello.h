// What a client offered, read from its first flight as it was on the wire (lab::TlsConnection::clientHello).
#pragma once
#include <QByteArray>
#include <QList>

namespace eidkern::test
{

struct ClientHello
{
    quint16 version = 0;                                   // 0x0303: TLS 1.2
    QList<quint16> suites, groups, signatures, extensions; // in the order offered
};

inline ClientHello parseClientHello(const QByteArray& wire) // one record; beyond its end everything reads as 0
{
    qsizetype at = 9; // record header 5, handshake header 4
    const auto take = [&](int bytes) {
        quint32 value = 0;
        for (; bytes > 0; --bytes, ++at) value = value << 8 | (at < wire.size() ? quint8(wire[at]) : 0u);
        return value;
    };
    const auto list = [&](quint32 bytes) {
        QList<quint16> values;
        for (; bytes >= 2 && at < wire.size(); bytes -= 2) values << quint16(take(2));
        return values;
    };
    ClientHello hello;
    hello.version = quint16(take(2));
    at += 32;      // random
    at += take(1); // session id
    hello.suites = list(take(2));
    at += take(1); // compression methods
    take(2);       // the extensions fill the rest
    while (at < wire.size())
    {
        const auto type = quint16(take(2));
        const qsizetype length = take(2);
        const auto next = at + length;
        hello.extensions << type;
        if (type == 10) hello.groups = list(take(2));
        if (type == 13) hello.signatures = list(take(2));
        at = next;
    }
    return hello;
}

} // namespace eidkern::test
