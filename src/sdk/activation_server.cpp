// The activation server: network's loopback server, the rules of /eID-Client and /eID-Kernel, and who answers there.
#include "eidkern/activation.h"

#include <QHostAddress>
#include <algorithm>
#include <list>
#include <unistd.h>

#include "network/loopback_server.h"
#include "network/qt_clock.h"
#include "network/qt_scheduler.h"
#include "network/web_socket_handshake.h"
#include "pages/frame.h"
#include "sdk/activation.h"
#include "sdk/engine_activator.h"
#include "sdk/pages.h"
#include "sdk/server.h"
#include "sdk/service.h"
#include "sdk/upgrade.h"

namespace eidkern
{

using network::CloseCode, network::Headers, network::LoopbackAnswer, network::LoopbackExchange, network::WebSocket;

namespace
{

LoopbackAnswer page(int status, Language language, std::string html, Headers more = {})
{
    more.emplace_back("Content-Type", "text/html; charset=utf-8");
    for (auto& header : pages::headers(language)) more.push_back(std::move(header));
    return {status, std::move(more), std::move(html)};
}

Language languageOf(const LoopbackExchange& exchange) { return pages::preferred(exchange.request().header("Accept-Language")); }

// Pages of other origins may ask whether we are here, and nothing else (TR-03124-1 2.2.1.2).
const Headers crossOrigin{{"Access-Control-Allow-Origin", "*"}, {"Access-Control-Allow-Private-Network", "true"}};

LoopbackAnswer statusAnswer(const ProductIdentity& product, bool json)
{
    auto headers = crossOrigin;
    headers.emplace_back("Content-Type", json ? "application/json" : "text/plain; charset=utf-8");
    return {200, std::move(headers), json ? sdk::statusJson(product) : sdk::statusText(product)};
}

LoopbackAnswer endOf(const WorkflowFinished& end, const LoopbackExchange& exchange)
{
    const auto language = languageOf(exchange);
    const bool redirects = end.browserStatus == 303;
    if (auto location = redirects ? sdk::safeLocation(end.browserLocation) : std::nullopt) return {303, {{"Location", std::move(*location)}}};
    if (!end.failure) return page(500, language, sdk::nowhereToGoPage(language));
    return page(redirects ? 500 : end.browserStatus, language, sdk::failurePage(*end.failure, exchange.request().target(), language));
}

class Server final : public ActivationServer
{
public:
    Server(ServerSettings settings, QRegularExpression origins, std::unique_ptr<sdk::Activator> local, std::unique_ptr<sdk::Service> service)
        : settings_(std::move(settings)), origins_(std::move(origins)), local_(std::move(local)), service_(std::move(service))
    {
    }

    tl::expected<void, Fault> listen()
    {
        const auto& addresses = settings_.addresses;
        const auto listening = addresses.empty() ? http_.listen(settings_.port) : http_.listen(settings_.port, addresses);
        if (!listening) return tl::unexpected(Fault{listening.error().portTaken ? Fault::Kind::PortTaken : Fault::Kind::System, listening.error().detail});
        listening_ = *listening;
        return {};
    }
    std::uint16_t port() const override { return listening_.port; }
    bool ipv6() const override { return listening_.ipv6; }
    void leave(std::function<void()> left) override
    {
        refuses_ = true;
        for (const auto& each : clients_)
        {
            each.socket->gone = {};
            each.socket->close(CloseCode::GoingAway);
        }
        clients_.clear();
        if (service_) return service_->whenNobodyLeaves(std::move(left));
        scheduler_.post(std::move(left));
    }

private:
    using Exchange = std::shared_ptr<LoopbackExchange>;

    struct Client
    {
        std::shared_ptr<WebSocket> socket;
        std::unique_ptr<sdk::Conversation> conversation;
    };

    void handle(const Exchange& exchange)
    {
        const auto refusal = refusalOf(*exchange);
        if (network::asksForUpgrade(exchange->request())) return refusal ? answer(exchange, {refusal->status}) : upgrade(exchange);
        if (refusal) return answer(exchange, *refusal);
        answerBrowser(exchange);
    }

    // Of everybody who is not to be here at all.
    std::optional<LoopbackAnswer> refusalOf(const LoopbackExchange& exchange) const
    {
        const auto& request = exchange.request();
        const auto& stream = *exchange.stream();
        const auto language = languageOf(exchange);
        const bool loopback = stream.overLoopback();
        // What comes from elsewhere may name us as it likes: no web page can know the token.
        const bool rightHost = loopback ? sdk::namesUs(request, stream.localAddress(), listening_.port) : request.count("Host") == 1;
        if (!rightHost) return page(400, language, sdk::badRequestPage(language));
        if (loopback && !settings_.anyUser && stream.peerUser() != ::geteuid()) return page(403, language, sdk::otherUserPage(language));
        const bool needsToken = !loopback || (!settings_.token.empty() && network::asksForUpgrade(request));
        if (needsToken && !sdk::bears(request, settings_.token)) return LoopbackAnswer{401, {{"WWW-Authenticate", "Bearer"}}};
        return {};
    }

    void answerBrowser(const Exchange& exchange)
    {
        const auto& request = exchange->request();
        const auto language = languageOf(*exchange);
        const auto action = sdk::actionOf(request.target());
        if (std::holds_alternative<sdk::Unknown>(action)) return answer(exchange, page(404, language, sdk::notFoundPage(language)));
        const auto* status = std::get_if<sdk::Status>(&action);
        if (request.method() == "HEAD" || request.method() == "OPTIONS") return answer(exchange, {204, status ? crossOrigin : Headers()});
        if (request.method() != "GET") return answer(exchange, page(405, language, sdk::badMethodPage(language), {{"Allow", "GET, HEAD, OPTIONS"}}));
        if (status) return answer(exchange, statusAnswer(settings_.identity.product, status->json));
        if (std::holds_alternative<sdk::Icon>(action)) return answer(exchange, {200, {{"Content-Type", "image/svg+xml"}}, std::string(sdk::icon)});
        if (const auto* login = std::get_if<sdk::Login>(&action)) return begin(exchange, login->tcTokenUrl);
        answer(exchange, {200}); // ShowUI: there is none
    }

    void begin(const Exchange& exchange, const std::optional<std::string>& tcTokenUrl)
    {
        const auto language = languageOf(*exchange);
        const auto& target = exchange->request().target();
        auto* activator = clients_.empty() ? local_.get() : service_.get();
        if (refuses_) return answer(exchange, page(503, language, sdk::leavingPage(target, language)));
        if (!activator) return answer(exchange, page(503, language, sdk::nobodyPage(target, language)));
        const auto atEnd = [waiting = std::weak_ptr(exchange), server = settings_.identity.server](const WorkflowFinished& end) {
            if (const auto browser = waiting.lock()) browser->answer(withUsualHeaders(endOf(end, *browser), server));
        };
        if (!activator->activate(tcTokenUrl, atEnd)) return answer(exchange, page(409, language, sdk::busyPage(target, language)));
        exchange->gone = [activator] { activator->browserGone(); };
    }

    void upgrade(const Exchange& exchange)
    {
        for (const auto& each : sockets()) each->look(); // a client that has just gone makes room for the next one
        const sdk::Openness openness{service_ && !refuses_, service_ && clients_.size() >= service_->mostClients(),
                                     (local_ && local_->busy()) || (service_ && service_->busy())};
        if (const auto status = sdk::refusalOf(exchange->request(), openness, origins_)) return answer(exchange, {*status});
        const auto socket = exchange->upgrade({{"Server", settings_.identity.upgradeServer}});
        if (!socket) return answer(exchange, {400, {{"Sec-WebSocket-Version", "13"}}});
        const auto client = clients_.insert(clients_.end(), {socket, nullptr});
        socket->gone = [this, client] { clients_.erase(client); };
        client->conversation = service_->open([socket = socket.get()](std::string_view text) { socket->send(text); });
        socket->text = [conversation = client->conversation.get()](std::string_view text) { conversation->receive(text); };
    }

    std::list<std::shared_ptr<WebSocket>> sockets() const
    {
        std::list<std::shared_ptr<WebSocket>> all;
        for (const auto& each : clients_) all.push_back(each.socket);
        return all;
    }

    static LoopbackAnswer withUsualHeaders(LoopbackAnswer answer, const std::string& server)
    {
        answer.headers.emplace_back("Server", server);
        answer.headers.emplace_back("Cache-Control", "no-store");
        answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
        return answer;
    }
    void answer(const Exchange& exchange, LoopbackAnswer answer) const { exchange->answer(withUsualHeaders(std::move(answer), settings_.identity.server)); }

    const ServerSettings settings_;
    const QRegularExpression origins_;
    const std::unique_ptr<sdk::Activator> local_;
    const std::unique_ptr<sdk::Service> service_;
    network::QtScheduler scheduler_;
    network::QtClock clock_{scheduler_};
    std::list<Client> clients_;
    network::LoopbackServer http_{scheduler_, clock_, [this](const Exchange& exchange) { handle(exchange); }}; // ends first: nobody is called then
    network::LoopbackServer::Listening listening_{};
    bool refuses_ = false;
};

bool isSafe(const ServerSettings& settings)
{
    const auto isLoopback = [](const std::string& address) { return QHostAddress(QString::fromStdString(address)).isLoopback(); };
    return !settings.token.empty() || std::ranges::all_of(settings.addresses, isLoopback);
}

} // namespace

namespace sdk
{

tl::expected<std::unique_ptr<ActivationServer>, ActivationServer::Fault> listen(ServerSettings settings, std::unique_ptr<Activator> local,
                                                                                std::unique_ptr<Service> service)
{
    using Fault = ActivationServer::Fault;
    const auto origins = originsOf(settings.origins);
    if (!origins) return tl::unexpected(Fault{Fault::Kind::Settings, settings.origins + " is no regular expression"});
    if (!isSafe(settings)) return tl::unexpected(Fault{Fault::Kind::Settings, "an address that others can reach needs a token"});
    auto server = std::make_unique<Server>(std::move(settings), *origins, std::move(local), std::move(service));
    if (auto listening = server->listen(); !listening) return tl::unexpected(std::move(listening.error()));
    return server;
}

} // namespace sdk

tl::expected<std::unique_ptr<ActivationServer>, ActivationServer::Fault> ActivationServer::listen(ServerSettings settings, Engine& engine,
                                                                                                  Engine::Handler handler)
{
    return sdk::listen(std::move(settings), std::make_unique<sdk::EngineActivator>(engine, std::move(handler)), nullptr);
}

tl::expected<std::unique_ptr<ActivationServer>, ActivationServer::Fault> ActivationServer::listen(ServerSettings settings, JsonApiSettings api, Engine* engine,
                                                                                                  Engine::Handler handler)
{
    api.identity = settings.identity.product;
    auto local = engine ? std::make_unique<sdk::EngineActivator>(*engine, std::move(handler)) : nullptr;
    return sdk::listen(std::move(settings), std::move(local), std::make_unique<sdk::ApiService>(std::move(api)));
}

} // namespace eidkern
