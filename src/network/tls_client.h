// One TLS client connection: OpenSSL on memory buffers, between TCP sockets of Qt and whoever speaks over it. Nothing but the
// handshake is sent by itself. Destroying it aborts the connection.
// Every callback may be the last one: retire() then, never delete.
#pragma once
#include <QNetworkProxy>
#include <QTcpSocket>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/web.h"
#include "network/tls_offer.h"

namespace eidkern::network
{

using TlsSession = std::shared_ptr<SSL_SESSION>; // to be resumed; holds keys, which OpenSSL wipes

class TlsClient final : public QObject
{
public:
    // `psk`: outlives the handshake, or null; its lengths fit (see Psk). `resume`: a session, or null.
    TlsClient(const TlsOffer& offer, const Psk* psk, const TlsSession& resume);

    std::function<void()> connected;   // TCP; the handshake begins
    std::function<void()> established; // the handshake is over
    std::function<void()> readable;    // read() may have something
    std::function<void(WebOutcome, const std::string& detail, std::optional<int> alert)> lost; // once, unasked for; the last callback

    void connectTo(const QString& address, std::uint16_t port, const std::string& host, const QNetworkProxy& proxy); // host: for SNI
    void write(std::string_view plain);
    std::size_t read(std::span<char> to); // 0: nothing more for now
    bool isOpen() const { return established_ && !over_; }

    TlsFacts facts(const std::string& host) const { return factsOf(ssl_.get(), host); }
    TlsSession session() const;

    void retire(); // no more callbacks, the connection is aborted, and this object goes when the stack is free of it

private:
    void feed();
    bool shakeHands();
    void refused();
    void flush();
    void fail(WebOutcome outcome, const std::string& detail, std::optional<int> alert = {});
    void failedByTcp(QAbstractSocket::SocketError error);

    struct Release // frees without saying goodbye, and keeps the session good for being resumed
    {
        void operator()(SSL* ssl) const
        {
            SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
            SSL_free(ssl);
        }
    };

    QTcpSocket tcp_;
    TlsHandshake handshake_;
    std::unique_ptr<SSL, Release> ssl_;
    bool established_ = false, over_ = false, closing_ = false;
};

} // namespace eidkern::network
