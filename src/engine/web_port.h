// The workflows' Web port, filled from src/network.
#pragma once
#include "eidkern/proxy.h"
#include "network/client_profile.h"
#include "workflows/ports.h"

namespace eidkern
{

class WebPort final : public Web
{
public:
    explicit WebPort(Scheduler& scheduler, network::ClientProfile profile = network::clientProfile("default").value(), ProxyFor proxyFor = {})
        : scheduler_(scheduler), profile_(std::move(profile)), proxyFor_(std::move(proxyFor))
    {
    }

    std::unique_ptr<WebChannel> channel() override;
    KeySizes smallestKeys() const override { return profile_.smallestKeys; }
    std::optional<Url> url(std::string_view text, const Url* base) const override;
    std::optional<TcToken> parseTcToken(std::string_view xml) const override;
    std::string encode(const paos::ClientMessage& message) const override;
    std::optional<paos::ServerMessage> parsePaos(std::string_view xml) const override;
    bool isOwnData(std::string_view json) const override;

private:
    Scheduler& scheduler_;
    const network::ClientProfile profile_;
    const ProxyFor proxyFor_;
};

} // namespace eidkern
