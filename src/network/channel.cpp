#include "network/channel.h"

#include <QHostInfo>
#include <QNetworkProxy>
#include <QPointer>
#include <array>
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

Pending<WebOpened> Channel::open(const Url& url, std::optional<Psk> psk, TlsJudge judge, TlsSession resume)
{
    Pending<WebOpened> pending(scheduler_);
    shut();
    url_ = url;
    psk_ = std::move(psk);
    judge_ = std::move(judge);
    resume_ = std::move(resume);
    facts_ = {};
    session_.reset();
    opening_.emplace(pending.promise());
    phase_ = Phase::Opening;
    const bool pskFits = !psk_ || (psk_->identity.size() <= longestIdentity && !psk_->key.empty() && psk_->key.size() <= longestKey);
    if (url_.scheme != "https") settleOpening(WebOutcome::NotOpen, "not an https address");
    else if (!pskFits) settleOpening(WebOutcome::HandshakeFailed, "PSK or its identity has an impossible length");
    else
    {
        // Not at once: a program's first connection makes OpenSSL load what it needs, and what has happened so far can be told before that.
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

bool Channel::isOpen() const { return phase_ == Phase::Open && client_->isOpen(); }

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
    // Qt forgets to free what it would have called when the receiver has gone before the answer: so the receiver is part of that.
    auto receiver = std::make_shared<QObject>();
    QHostInfo::lookupHost(host, receiver.get(), [this, receiver, wanted = QPointer(wires_.get())](const QHostInfo& found) {
        if (!wanted) return;
        addresses_ = found.addresses();
        if (addresses_.isEmpty()) settleOpening(WebOutcome::HostNotFound, found.errorString().toStdString());
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
    client_.reset(new TlsClient(psk_ ? *profile_.rsaPsk : *profile_.server, psk_ ? &*psk_ : nullptr, resume_));
    client_->connected = [this] {
        addressTimer_.stop();
        addresses_.clear();
    };
    client_->established = [this] { established(); };
    client_->readable = [this] { read(); };
    client_->lost = [this](WebOutcome outcome, const std::string& detail, std::optional<int> alert) { lost(outcome, detail, alert); };
    client_->connectTo(address, url_.port, url_.host, proxy_ ? proxyOf(*proxy_) : QNetworkProxy(QNetworkProxy::NoProxy));
}

void Channel::established()
{
    facts_ = client_->facts(url_.host);
    const bool accepted = judge_(facts_);
    if (accepted) session_ = client_->session();
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
    client_->write(head);
}

void Channel::read()
{
    std::array<char, 16 * 1024> block;
    for (std::size_t size; client_ && (size = client_->read(block)) > 0;)
    {
        if (phase_ != Phase::Exchanging) return shut(); // a server must not speak unasked
        const auto state = parser_.feed({block.data(), size});
        OPENSSL_cleanse(block.data(), size);
        if (state == HttpState::Bad) return settleExchange(WebOutcome::BadReply);
        if (state == HttpState::TooLarge) return settleExchange(WebOutcome::TooLarge);
    }
    if (phase_ == Phase::Exchanging && parser_.state() == HttpState::Done) settleExchange(WebOutcome::Ok);
}

void Channel::lost(WebOutcome outcome, const std::string& detail, std::optional<int> alert)
{
    if (phase_ == Phase::Open) return shut(); // isOpen() tells, and exchange() answers NotOpen
    if (phase_ == Phase::Exchanging)
    {
        const auto state = parser_.closed();
        if (state == HttpState::Done) return settleExchange(WebOutcome::Ok);
        return settleExchange(state == HttpState::Body ? WebOutcome::Truncated : WebOutcome::ClosedBeforeReply, detail);
    }
    if (!addresses_.isEmpty()) return connectNext(); // refused or unreachable: the host has another address
    settleOpening(outcome, detail, alert);
}

void Channel::settleOpening(WebOutcome outcome, const std::string& detail, std::optional<int> alert)
{
    if (outcome == WebOutcome::Ok) phase_ = Phase::Open;
    else shut();
    psk_.reset();
    proxy_.reset();
    opening_->set(WebOpened{outcome, facts_, alert, detail});
}

void Channel::settleExchange(WebOutcome outcome, const std::string& detail)
{
    if (outcome == WebOutcome::Ok && parser_.keepsOpen()) phase_ = Phase::Open;
    else shut();
    WebReply reply{outcome, parser_.status(), std::string(parser_.header("Location")), {}, detail};
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
    client_.reset();
}

} // namespace eidkern::network
