#include "network/channel.h"

#include <QHostInfo>
#include <QNetworkProxy>
#include <QSslPreSharedKeyAuthenticator>
#include <chrono>
#include <openssl/crypto.h>

namespace eidkern::network
{

static constexpr std::chrono::milliseconds nextAddressAfter{1500}; // Qt alone would stay 30 s with a dead address
static constexpr std::size_t longestIdentity = 255, longestKey = 512;

Channel::Channel(Scheduler& scheduler, ClientProfile profile, ProxyFor proxyFor)
    : scheduler_(scheduler), profile_(std::move(profile)), proxyFor_(std::move(proxyFor))
{
    addressTimer_.setSingleShot(true);
}
Channel::~Channel() { shut(); }

void Channel::Retire::operator()(QSslSocket* socket) const
{
    socket->abort();
    socket->deleteLater();
}

Pending<WebOpened> Channel::open(const Url& url, std::optional<Psk> psk, TlsJudge judge, QByteArray resume)
{
    Pending<WebOpened> pending(scheduler_);
    shut();
    url_ = url;
    psk_ = std::move(psk);
    judge_ = std::move(judge);
    resume_ = std::move(resume);
    facts_ = {};
    session_.clear();
    opening_.emplace(pending.promise());
    phase_ = Phase::Opening;
    const bool pskFits = !psk_ || (psk_->identity.size() <= longestIdentity && !psk_->key.empty() && psk_->key.size() <= longestKey);
    if (url_.scheme != "https") settleOpening(WebOutcome::NotOpen, QStringLiteral("not an https address"));
    else if (!pskFits) settleOpening(WebOutcome::HandshakeFailed, QStringLiteral("PSK or its identity has an impossible length")); // Qt would cut it
    else
    {
        // Not at once: a program's first TLS socket loads Qt's TLS plugin, and what has happened so far can be told before that.
        wires_ = std::make_unique<QObject>();
        QMetaObject::invokeMethod(wires_.get(), [this] { begin(); }, Qt::QueuedConnection);
    }
    return pending;
}

Pending<WebReply> Channel::exchange(const WebRequest& request)
{
    Pending<WebReply> pending(scheduler_);
    const bool open = isOpen();
    exchanging_.emplace(pending.promise());
    phase_ = Phase::Exchanging;
    parser_ = HttpParser(HttpParser::Kind::Reply, {.body = request.largestReply});
    if (open) send(request);
    else settleExchange(WebOutcome::NotOpen);
    return pending;
}

bool Channel::isOpen() const { return phase_ == Phase::Open && socket_->isEncrypted() && socket_->state() == QAbstractSocket::ConnectedState; }

QByteArray Channel::session() const { return session_; }

static bool isThisMachine(const std::string& host)
{
    return host == "localhost" || host.ends_with(".localhost") || QHostAddress(QString::fromStdString(host)).isLoopback();
}

void Channel::begin()
{
    QObject::connect(&addressTimer_, &QTimer::timeout, wires_.get(), [this] { connectNext(); });
    const auto host = QString::fromStdString(url_.host);
    proxy_ = proxyFor_ && !isThisMachine(url_.host) ? proxyFor_(url_.host, url_.port) : std::nullopt;
    if (proxy_) return connectTo(host); // the proxy resolves it
    if (const QHostAddress address(host); !address.isNull()) return connectTo(host);
    QHostInfo::lookupHost(host, wires_.get(), [this](const QHostInfo& found) {
        addresses_ = found.addresses();
        if (addresses_.isEmpty()) settleOpening(WebOutcome::HostNotFound, found.errorString());
        else connectNext();
    });
}

void Channel::connectNext()
{
    addressTimer_.stop();
    connectTo(addresses_.takeFirst().toString());
    if (!addresses_.isEmpty()) addressTimer_.start(nextAddressAfter);
}

static QNetworkProxy proxyOf(const Proxy& proxy) // Qt keeps its own copy of the password
{
    const auto password = proxy.password.text();
    return {QNetworkProxy::HttpProxy, QString::fromStdString(proxy.host), proxy.port, QString::fromStdString(proxy.user),
            QString::fromUtf8(password.data(), qsizetype(password.size()))};
}

void Channel::connectTo(const QString& address)
{
    errors_.clear();
    socket_.reset(new QSslSocket); // never reused: a reused one reports the ephemeral key of its past
    auto* s = socket_.get();
    s->setSslConfiguration(configuration(psk_ ? profile_.rsaPsk : profile_.server, resume_));
    s->setProxy(proxy_ ? proxyOf(*proxy_) : QNetworkProxy(QNetworkProxy::NoProxy));
    s->setReadBufferSize(64 * 1024);
    // Every callback checks that it comes from the socket in use: an abandoned address may still speak.
    const auto mine = [this, s](auto f) {
        return [this, s, f](auto&&... x) {
            if (socket_.get() == s) f(x...);
        };
    };
    QObject* w = wires_.get();
    QObject::connect(s, &QSslSocket::preSharedKeyAuthenticationRequired, w, mine([this](QSslPreSharedKeyAuthenticator* a) { handOver(a); }));
    QObject::connect(s, &QSslSocket::connected, w, mine([this] {
                         addressTimer_.stop();
                         addresses_.clear();
                         socket_->setSocketOption(QAbstractSocket::LowDelayOption, 1);
                     }));
    QObject::connect(s, &QSslSocket::sslErrors, w, mine([this](const QList<QSslError>& errors) {
                         errors_ = errors;
                         socket_->ignoreSslErrors(); // for now: judged in encrypted(), before the first byte leaves
                     }));
    QObject::connect(s, &QSslSocket::encrypted, w, mine([this] { encrypted(); }));
    QObject::connect(s, &QSslSocket::readyRead, w, mine([this] { read(); }));
    QObject::connect(s, &QSslSocket::errorOccurred, w, mine([this](QAbstractSocket::SocketError e) { lost(e); }));
    QObject::connect(s, &QSslSocket::disconnected, w, mine([this] { lost(QAbstractSocket::RemoteHostClosedError); }));
    s->connectToHostEncrypted(address, url_.port, QString::fromStdString(url_.host)); // the name is for SNI
}

// The one place where the PSK leaves Secret: Qt reads it through the view and copies it into OpenSSL's own memory, which
// OpenSSL wipes.
void Channel::handOver(QSslPreSharedKeyAuthenticator* asked)
{
    if (!psk_) return;
    asked->setIdentity(QByteArray::fromStdString(psk_->identity));
    asked->setPreSharedKey(QByteArray::fromRawData(psk_->key.text().data(), qsizetype(psk_->key.size())));
}

void Channel::encrypted()
{
    if (phase_ != Phase::Opening) return;
    const auto done = socket_->sslConfiguration();
    facts_ = factsOf(done, url_.host, resume_, errors_);
    const bool accepted = judge_(facts_);
    if (accepted) session_ = done.sessionTicket();
    settleOpening(accepted ? WebOutcome::Ok : WebOutcome::Rejected);
}

void Channel::send(const WebRequest& request)
{
    const bool isAddress = url_.host.find(':') != std::string::npos;
    auto head = request.method + ' ' + request.path + " HTTP/1.1\r\nHost: " + (isAddress ? '[' + url_.host + ']' : url_.host);
    if (url_.port != 443) head += ':' + std::to_string(url_.port);
    head += "\r\n";
    for (const auto& [name, value] : request.headers) head += name + ": " + value + "\r\n";
    if (request.method != "GET") head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    head += "\r\n" + request.body;
    socket_->write(head.data(), qint64(head.size()));
}

void Channel::read()
{
    if (phase_ == Phase::Open) return shut(); // a server must not speak unasked
    if (phase_ != Phase::Exchanging) return;
    while (socket_->bytesAvailable() > 0)
    {
        auto bytes = socket_->read(16 * 1024);
        const auto state = parser_.feed({bytes.constData(), std::size_t(bytes.size())});
        OPENSSL_cleanse(bytes.data(), std::size_t(bytes.size()));
        if (state == HttpState::Bad) return settleExchange(WebOutcome::BadReply);
        if (state == HttpState::TooLarge) return settleExchange(WebOutcome::TooLarge);
    }
    if (parser_.state() == HttpState::Done) settleExchange(WebOutcome::Ok);
}

static WebOutcome outcomeOf(QAbstractSocket::SocketError error, bool proxied)
{
    switch (error)
    {
        case QAbstractSocket::HostNotFoundError: return WebOutcome::HostNotFound;
        case QAbstractSocket::ConnectionRefusedError: return WebOutcome::Refused;
        case QAbstractSocket::RemoteHostClosedError: return WebOutcome::ClosedInHandshake;
        case QAbstractSocket::SslHandshakeFailedError: return WebOutcome::HandshakeFailed;
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

void Channel::lost(QAbstractSocket::SocketError error)
{
    const auto text = socket_->errorString();
    if (phase_ == Phase::Open) return shut(); // isOpen() tells, and exchange() answers NotOpen
    if (phase_ == Phase::Exchanging)
    {
        read(); // what is still in the buffer
        if (phase_ != Phase::Exchanging) return;
        const auto state = parser_.closed();
        if (state == HttpState::Done) return settleExchange(WebOutcome::Ok);
        return settleExchange(state == HttpState::Body ? WebOutcome::Truncated : WebOutcome::ClosedBeforeReply, text);
    }
    if (phase_ != Phase::Opening) return;
    if (!addresses_.isEmpty()) return connectNext(); // refused or unreachable: the host has another address
    const auto outcome = outcomeOf(error, proxy_.has_value());
    settleOpening(outcome, outcome == WebOutcome::ProxyFailed ? QString() : text); // Qt's text may name the proxy
}

void Channel::settleOpening(WebOutcome outcome, const QString& detail)
{
    psk_.reset();
    proxy_.reset();
    if (outcome == WebOutcome::Ok) phase_ = Phase::Open;
    else shut();
    opening_->set(WebOpened{outcome, facts_, alertIn(detail), detail.toStdString()});
}

void Channel::settleExchange(WebOutcome outcome, const QString& detail)
{
    if (outcome == WebOutcome::Ok && parser_.keepsOpen()) phase_ = Phase::Open;
    else shut();
    WebReply reply{outcome, parser_.status(), std::string(parser_.header("Location")), {}, detail.toStdString()};
    auto body = parser_.takeBody();
    if (outcome == WebOutcome::Ok) reply.body = Secret(body);
    OPENSSL_cleanse(body.data(), body.size());
    exchanging_->set(std::move(reply));
}

void Channel::shut()
{
    addressTimer_.stop();
    addresses_.clear();
    phase_ = Phase::Closed;
    wires_.reset(); // first: abort() would still emit
    socket_.reset();
}

} // namespace eidkern::network
