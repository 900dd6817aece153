#include "engine/web_port.h"

#include <QJsonDocument>
#include <QJsonObject>

#include "network/channel.h"
#include "network/paos_codec.h"
#include "network/tc_token_codec.h"
#include "network/url.h"

namespace eidkern
{

namespace
{

class ChannelPort final : public WebChannel
{
public:
    ChannelPort(Scheduler& scheduler, const network::ClientProfile& profile, const ProxyFor& proxyFor) : channel_(scheduler, profile, proxyFor) {}
    Pending<WebOpened> open(const Url& url, std::optional<Psk> psk, TlsJudge judge) override { return channel_.open(url, std::move(psk), std::move(judge)); }
    Pending<WebOpened> resume(const Url& url, TlsJudge judge) override { return channel_.open(url, {}, std::move(judge), channel_.session()); }
    Pending<WebReply> exchange(const WebRequest& request) override { return channel_.exchange(request); }
    bool isOpen() const override { return channel_.isOpen(); }

private:
    network::Channel channel_;
};

} // namespace

std::unique_ptr<WebChannel> WebPort::channel() { return std::make_unique<ChannelPort>(scheduler_, profile_, proxyFor_); }
std::optional<Url> WebPort::url(std::string_view text, const Url* base) const { return network::parseUrl(text, base); }
std::optional<TcToken> WebPort::parseTcToken(std::string_view xml) const { return network::parseTcToken(xml); }
std::string WebPort::encode(const paos::ClientMessage& message) const { return network::encode(message); }
std::optional<paos::ServerMessage> WebPort::parsePaos(std::string_view xml) const { return network::parseServerMessage(xml); }

bool WebPort::isOwnData(std::string_view json) const
{
    const auto data = QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), qsizetype(json.size()))).object();
    return data.value(u"PersonalData").isObject() && data.value(u"OperationsAllowedByUser").isObject();
}

} // namespace eidkern
