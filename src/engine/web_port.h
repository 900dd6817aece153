// The workflows' Web port, filled from src/network.
#pragma once
#include "workflows/ports.h"

namespace eidkern
{

class WebPort final : public Web
{
public:
    explicit WebPort(Scheduler& scheduler) : scheduler_(scheduler) {}

    std::unique_ptr<WebChannel> channel() override;
    std::optional<Url> url(std::string_view text, const Url* base) const override;
    std::optional<TcToken> parseTcToken(std::string_view xml) const override;
    std::string encode(const paos::ClientMessage& message) const override;
    std::optional<paos::ServerMessage> parsePaos(std::string_view xml) const override;
    bool isOwnData(std::string_view json) const override;

private:
    Scheduler& scheduler_;
};

} // namespace eidkern
