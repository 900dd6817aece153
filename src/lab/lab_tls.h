// One TLS server connection of the test lab: OpenSSL on memory BIOs over a QTcpSocket. A profile says what to offer (also
// things far below today's minimum) and how to misbehave. Security level 0: not for products.
#pragma once
#include <QByteArray>
#include <QObject>
#include <QTcpSocket>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <openssl/ssl.h>

#include "eidkern/secret.h"
#include "lab/tls_pki.h"

namespace eidkern::lab
{

enum class TlsFault {
    None,
    StallInHandshake, // never answers the ClientHello
    AlertInHandshake, // handshake_failure (40)
    CloseInHandshake, // FIN
    ResetInHandshake, // RST
    CloseAfterHandshake,
    ResetAfterHandshake
};

struct TlsProfile
{
    TlsKey key = {};
    TlsCertificate certificate = {};
    int minVersion = TLS1_2_VERSION, maxVersion = TLS1_2_VERSION;
    std::string ciphers = "ALL";             // OpenSSL list, in the server's order
    std::string groups = {};                 // empty: OpenSSL's default; else e.g. "secp192r1:brainpoolP256r1"
    int dhBits = 0;                          // size of the DHE group; 0: none; 1024, 1536, 2048, 3072, 4096
    bool tickets = true, sessionIds = true;  // how sessions may be resumed; neither: never
    TlsFault fault = TlsFault::None;
    bool closeNotify = true;                 // false: close() sends a FIN only
    std::function<std::optional<Secret>(std::string_view identity)> psk = {}; // nothing: unknown identity. TLS 1.2 only
};

// Session store and ticket keys live here: connections that shall resume each other share one.
class TlsContext
{
public:
    explicit TlsContext(TlsProfile profile);
    TlsContext(const TlsContext&) = delete;

    const TlsProfile profile;
    const std::shared_ptr<SSL_CTX> ctx;
};

class TlsConnection : public QObject
{
    Q_OBJECT
public:
    TlsConnection(QTcpSocket* socket, std::shared_ptr<TlsContext> context, QObject* parent = nullptr); // becomes the socket's owner
    ~TlsConnection() override;

    void write(const QByteArray& plain);
    void close();                   // close_notify (if the profile has it) and FIN
    void reset();                   // RST
    void renegotiate();             // asks the client for another handshake
    void alert(quint8 description); // a fatal alert in clear: only meaningful inside the handshake
    bool isOver() const { return over_; }

    bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
    std::string cipher() const { return SSL_get_cipher_name(ssl_.get()); }
    std::string identity() const;   // PSK identity; also on a resumed connection, where no key is asked for; else empty
    std::string session() const;    // names the TLS session: the same on a connection that resumes it
    QByteArray clientHello() const { return clientHello_; } // the client's first flight as it was on the wire

signals: // each may destroy this object by deleteLater(), not at once
    void established();
    void received(const QByteArray& plain);
    void closed(const QByteArray& reason); // once, when the peer ended it: "close_notify", "eof", or OpenSSL's reason

private:
    void feed();
    bool handshake();
    void flush();
    void fail(int error);
    void end(const QByteArray& reason);

    std::shared_ptr<TlsContext> context_;
    QTcpSocket* socket_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    QByteArray clientHello_;
    bool done_ = false, over_ = false;
};

} // namespace eidkern::lab
