// The activation server: network's loopback server, the rules of /eID-Client, and an engine.
#include "eidkern/activation.h"

#include "core/version.h"
#include "network/loopback_server.h"
#include "network/qt_clock.h"
#include "network/qt_scheduler.h"
#include "pages/frame.h"
#include "sdk/activation.h"
#include "sdk/pages.h"

namespace eidkern
{

using network::LoopbackAnswer, network::LoopbackExchange;

namespace
{

using network::Headers;

LoopbackAnswer withHeaders(int status, Headers headers, std::string body = {})
{
    headers.emplace_back("Server", core::product);
    headers.emplace_back("Cache-Control", "no-store");
    headers.emplace_back("X-Content-Type-Options", "nosniff");
    return {status, std::move(headers), std::move(body)};
}

LoopbackAnswer page(int status, Language language, std::string html, Headers more = {})
{
    more.emplace_back("Content-Type", "text/html; charset=utf-8");
    for (auto& header : pages::headers(language)) more.push_back(std::move(header));
    return withHeaders(status, std::move(more), std::move(html));
}

Language languageOf(const LoopbackExchange& exchange) { return pages::preferred(exchange.request().header("Accept-Language")); }

// Pages of other origins may ask whether we are here, and nothing else (TR-03124-1 2.2.1.2).
const Headers crossOrigin{{"Access-Control-Allow-Origin", "*"}, {"Access-Control-Allow-Private-Network", "true"}};

LoopbackAnswer statusAnswer(bool json)
{
    auto headers = crossOrigin;
    headers.emplace_back("Content-Type", json ? "application/json" : "text/plain; charset=utf-8");
    return withHeaders(200, std::move(headers), json ? sdk::statusJson() : sdk::statusText());
}

LoopbackAnswer endOf(const WorkflowFinished& end, const LoopbackExchange& exchange)
{
    const auto language = languageOf(exchange);
    const bool redirects = end.browserStatus == 303;
    if (auto location = redirects ? sdk::safeLocation(end.browserLocation) : std::nullopt) return withHeaders(303, {{"Location", std::move(*location)}});
    if (!end.failure) return page(500, language, sdk::nowhereToGoPage(language));
    return page(redirects ? 500 : end.browserStatus, language, sdk::failurePage(*end.failure, exchange.request().target(), language));
}

class Server final : public ActivationServer
{
public:
    Server(Engine& engine, Engine::Handler handler) : engine_(engine), handler_(std::make_shared<Engine::Handler>(std::move(handler))) {}

    tl::expected<void, Fault> listen(std::uint16_t port)
    {
        const auto listening = http_.listen(port);
        if (!listening) return tl::unexpected(Fault{listening.error().portTaken, listening.error().detail});
        listening_ = *listening;
        return {};
    }
    std::uint16_t port() const override { return listening_.port; }
    bool ipv6() const override { return listening_.ipv6; }
    void refuse() override { refuses_ = true; }

private:
    using Exchange = std::shared_ptr<LoopbackExchange>;

    void handle(const Exchange& exchange)
    {
        const auto& request = exchange->request();
        const auto language = languageOf(*exchange);
        if (!sdk::namesUs(request, listening_.port)) return exchange->answer(page(400, language, sdk::badRequestPage(language)));
        const auto action = sdk::actionOf(request.target());
        if (std::holds_alternative<sdk::Unknown>(action)) return exchange->answer(page(404, language, sdk::notFoundPage(language)));
        const auto* status = std::get_if<sdk::Status>(&action);
        if (request.method() == "HEAD" || request.method() == "OPTIONS") return exchange->answer(withHeaders(204, status ? crossOrigin : Headers()));
        if (request.method() != "GET") return exchange->answer(page(405, language, sdk::badMethodPage(language), {{"Allow", "GET, HEAD, OPTIONS"}}));
        if (status) return exchange->answer(statusAnswer(status->json));
        if (const auto* login = std::get_if<sdk::Login>(&action)) return begin(exchange, login->tcTokenUrl);
        exchange->answer(withHeaders(200, {})); // ShowUI: there is none
    }

    void begin(const Exchange& exchange, const std::optional<std::string>& tcTokenUrl)
    {
        const auto language = languageOf(*exchange);
        if (refuses_) return exchange->answer(page(503, language, sdk::leavingPage(exchange->request().target(), language)));
        const auto events = [handler = handler_, waiting = std::weak_ptr(exchange)](Event& event) {
            if (const auto* end = std::get_if<WorkflowFinished>(&event))
                if (const auto browser = waiting.lock()) browser->answer(endOf(*end, *browser));
            (*handler)(event); // may destroy the server, and the engine
        };
        if (!engine_.authenticate(tcTokenUrl, events)) return exchange->answer(page(409, language, sdk::busyPage(exchange->request().target(), language)));
        exchange->gone = [this] { engine_.browserGone(); };
    }

    Engine& engine_;
    const std::shared_ptr<Engine::Handler> handler_;
    network::QtScheduler scheduler_;
    network::QtClock clock_{scheduler_};
    network::LoopbackServer http_{scheduler_, clock_, [this](const Exchange& exchange) { handle(exchange); }};
    network::LoopbackServer::Listening listening_{};
    bool refuses_ = false;
};

} // namespace

tl::expected<std::unique_ptr<ActivationServer>, ActivationServer::Fault> ActivationServer::listen(Engine& engine, std::uint16_t port, Engine::Handler handler)
{
    auto server = std::make_unique<Server>(engine, std::move(handler));
    if (auto listening = server->listen(port); !listening) return tl::unexpected(std::move(listening.error()));
    return server;
}

} // namespace eidkern
