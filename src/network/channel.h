// One TLS connection to one server, with HTTP/1.1 on top: never more than one connection, never a hidden retry, and not one
// byte of HTTP before `judge` has seen the certificate. The attached mode keeps one Channel from tcToken to the last PAOS
// message; the refresh address needs open() alone.
// One operation at a time, without deadlines: whoever waits bounds the wait and destroys the Channel. A dropped Pending
// leaves it busy: only open() (a new connection) or the destructor make sense then. Destroying it aborts the connection;
// nothing is called afterwards. One thread, Qt event loop.
#pragma once
#include <QHostAddress>
#include <QTimer>
#include <memory>
#include <optional>

#include "core/pending.h"
#include "core/web.h"
#include "eidkern/proxy.h"
#include "network/http_parser.h"
#include "network/client_profile.h"
#include "network/tls_client.h"

namespace eidkern::network
{

class Channel
{
public:
    explicit Channel(Scheduler& scheduler, ClientProfile profile = clientProfile("default").value(), ProxyFor proxyFor = {});
    ~Channel();
    Channel(const Channel&) = delete;

    // With a PSK: the RSA-PSK suites only. `resume`: session() of an earlier channel; whether the server agreed is
    // TlsFacts::resumed, for the judge to see.
    Pending<WebOpened> open(const Url& url, std::optional<Psk> psk, TlsJudge judge, TlsSession resume = {});
    Pending<WebReply> exchange(const WebRequest& request);
    bool isOpen() const;
    TlsSession session() const { return session_; } // to resume this session later; null before open() has succeeded

private:
    enum class Phase { Closed, Opening, Open, Exchanging };
    struct Retire // may run inside a callback of the client
    {
        void operator()(TlsClient* client) const { client->retire(); }
    };

    void begin();
    void connectNext();
    void connectTo(const QString& address);
    void established();
    void send(const WebRequest& request);
    void read();
    void lost(WebOutcome outcome, const std::string& detail, std::optional<int> alert);
    void settleOpening(WebOutcome outcome, const std::string& detail = {}, std::optional<int> alert = {});
    void settleExchange(WebOutcome outcome, const std::string& detail = {});
    void shut();

    Scheduler& scheduler_;
    const ClientProfile profile_;
    const ProxyFor proxyFor_;
    std::unique_ptr<TlsClient, Retire> client_;
    std::unique_ptr<QObject> wires_; // receiver of signals: gone means no more callbacks
    QTimer addressTimer_;
    QList<QHostAddress> addresses_;  // still to be tried
    Phase phase_ = Phase::Closed;
    std::optional<Promise<WebOpened>> opening_;
    std::optional<Promise<WebReply>> exchanging_;
    Url url_;
    std::optional<Proxy> proxy_;
    std::optional<Psk> psk_;         // until the handshake is over
    TlsJudge judge_;
    TlsFacts facts_;
    TlsSession resume_, session_;
    HttpParser parser_{HttpParser::Kind::Reply};
};

} // namespace eidkern::network
