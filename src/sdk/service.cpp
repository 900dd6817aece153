#include "sdk/service.h"

namespace eidkern::sdk
{

ApiService::ApiService(JsonApiSettings settings) : common_{std::move(settings)} {}
ApiService::~ApiService() = default;

std::unique_ptr<Conversation> ApiService::open(Send send)
{
    auto client = std::make_unique<Client>(common_, std::move(send), [this](Client& gone) { std::erase(clients_, &gone); });
    clients_.push_back(client.get());
    return client;
}

bool ApiService::activate(std::optional<std::string> tcTokenUrl, AnswerBrowser answer)
{
    return !clients_.empty() && clients_.back()->take(std::move(tcTokenUrl), std::move(answer));
}

void ApiService::browserGone()
{
    for (auto* each : clients_)
        if (each->hasBrowser()) return each->browserGone();
    for (const auto& each : common_.leaving)
        if (each->hasBrowser()) return each->browserGone();
}

void ApiService::whenNobodyLeaves(std::function<void()> call)
{
    if (busy()) common_.whenNobodyLeaves.push_back(std::move(call));
    else scheduler_.post(std::move(call));
}

} // namespace eidkern::sdk
