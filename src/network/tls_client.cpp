#include "network/tls_client.h"

#include <QHostAddress>
#include <algorithm>
#include <array>

namespace eidkern::network
{

static constexpr qint64 block = 16 * 1024; // a TLS record

// The one place where the PSK leaves Secret: into OpenSSL's own buffer, which OpenSSL wipes.
static unsigned handOver(SSL* ssl, const char*, char* identity, unsigned mostIdentity, unsigned char* key, unsigned mostKey)
{
    const auto* psk = static_cast<const TlsHandshake*>(SSL_get_app_data(ssl))->psk;
    if (psk->identity.size() > mostIdentity || psk->key.size() > mostKey) return 0;
    *std::ranges::copy(psk->identity, identity).out = '\0';
    std::ranges::copy(psk->key.view(), key);
    return unsigned(psk->key.size());
}

TlsClient::TlsClient(const TlsOffer& offer, const Psk* psk, const TlsSession& resume) : handshake_{psk}, ssl_(SSL_new(offer.context()))
{
    auto* ssl = ssl_.get();
    ossl::must(ssl, "SSL_new");
    SSL_set_app_data(ssl, &handshake_);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl);
    if (resume) SSL_set_session(ssl, resume.get());
    if (psk) SSL_set_psk_client_callback(ssl, handOver);
    tcp_.setReadBufferSize(4 * block);
    QObject::connect(&tcp_, &QTcpSocket::connected, this, [this] {
        tcp_.setSocketOption(QAbstractSocket::LowDelayOption, 1);
        if (connected) connected();
        if (!over_) shakeHands();
    });
    QObject::connect(&tcp_, &QTcpSocket::readyRead, this, [this] { feed(); });
    QObject::connect(&tcp_, &QTcpSocket::errorOccurred, this, [this](auto error) { failedByTcp(error); });
    QObject::connect(&tcp_, &QTcpSocket::disconnected, this, [this] { failedByTcp(QAbstractSocket::RemoteHostClosedError); });
}

void TlsClient::connectTo(const QString& address, std::uint16_t port, const std::string& host, const QNetworkProxy& proxy)
{
    if (QHostAddress(QString::fromStdString(host)).isNull()) SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    tcp_.setProxy(proxy);
    tcp_.connectToHost(address, port);
}

void TlsClient::retire()
{
    over_ = true;
    tcp_.disconnect(this);
    tcp_.abort();
    deleteLater();
}

TlsSession TlsClient::session() const { return {SSL_get1_session(ssl_.get()), SSL_SESSION_free}; }

void TlsClient::feed()
{
    std::array<char, block> wire;
    while (!over_)
    {
        const auto size = tcp_.read(wire.data(), block);
        if (size <= 0) break;
        BIO_write(SSL_get_rbio(ssl_.get()), wire.data(), int(size));
    }
    if (over_ || (!established_ && !shakeHands())) return;
    if (readable) readable();
    if (closing_) fail(WebOutcome::ClosedInHandshake, "closed by the server");
}

bool TlsClient::shakeHands() // true: done, and the connection goes on
{
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    flush(); // also an alert of ours
    if (result != 1)
    {
        if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) refused();
        return false;
    }
    established_ = true;
    handshake_.psk = nullptr;
    if (established) established();
    return !over_;
}

// OpenSSL's text, and the alert's number if the server sent one.
void TlsClient::refused()
{
    const auto error = ERR_peek_error();
    std::array<char, 256> text{};
    ERR_error_string_n(error, text.data(), text.size());
    ERR_clear_error();
    const int alert = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET : -1;
    fail(WebOutcome::HandshakeFailed, text.data(), alert >= 0 && alert < 256 ? std::optional(alert) : std::nullopt);
}

void TlsClient::flush()
{
    char* wire = nullptr;
    auto* out = SSL_get_wbio(ssl_.get());
    const auto size = BIO_get_mem_data(out, &wire);
    if (size <= 0) return;
    tcp_.write(wire, size);
    BIO_reset(out);
    tcp_.flush();
}

void TlsClient::write(std::string_view plain)
{
    ERR_clear_error();
    SSL_write(ssl_.get(), plain.data(), int(plain.size()));
    flush();
}

std::size_t TlsClient::read(std::span<char> to)
{
    if (over_ || closing_) return 0;
    ERR_clear_error();
    const int size = SSL_read(ssl_.get(), to.data(), int(to.size()));
    flush(); // what we answer to a server that wants to negotiate anew
    if (size > 0) return std::size_t(size);
    closing_ = SSL_get_error(ssl_.get(), size) != SSL_ERROR_WANT_READ; // goodbye, or no TLS any more
    return 0;
}

static WebOutcome outcomeOf(QAbstractSocket::SocketError error, bool proxied)
{
    switch (error)
    {
        case QAbstractSocket::HostNotFoundError: return WebOutcome::HostNotFound;
        case QAbstractSocket::ConnectionRefusedError: return WebOutcome::Refused;
        case QAbstractSocket::RemoteHostClosedError: return WebOutcome::ClosedInHandshake;
        case QAbstractSocket::ProxyAuthenticationRequiredError:
        case QAbstractSocket::ProxyConnectionRefusedError:
        case QAbstractSocket::ProxyConnectionClosedError:
        case QAbstractSocket::ProxyConnectionTimeoutError:
        case QAbstractSocket::ProxyNotFoundError:
        case QAbstractSocket::ProxyProtocolError: return WebOutcome::ProxyFailed;
        case QAbstractSocket::SocketAccessError: return proxied ? WebOutcome::ProxyFailed : WebOutcome::Broken; // 403 of the proxy
        default: return WebOutcome::Broken;
    }
}

void TlsClient::failedByTcp(QAbstractSocket::SocketError error)
{
    if (!over_ && tcp_.bytesAvailable() > 0) feed(); // what came before the end
    const auto outcome = outcomeOf(error, tcp_.proxy().type() == QNetworkProxy::HttpProxy);
    if (!over_) fail(outcome, outcome == WebOutcome::ProxyFailed ? std::string() : tcp_.errorString().toStdString()); // Qt's text may name the proxy
}

void TlsClient::fail(WebOutcome outcome, const std::string& detail, std::optional<int> alert)
{
    if (std::exchange(over_, true)) return;
    if (lost) lost(outcome, detail, alert);
}

} // namespace eidkern::network
