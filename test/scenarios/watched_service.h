// A service of the JSON API that lets a test lift the simulated card.
#pragma once
#include <algorithm>

#include "engine/simulated_card_state.h"
#include "sdk/service.h"

namespace eidkern::test
{

// The service, and the client that came last.
class Watched final : public sdk::Service
{
public:
    explicit Watched(JsonApiSettings settings) : service(std::move(settings)) {}

    bool busy() const override { return service.busy(); }
    bool activate(std::optional<std::string> url, AnswerBrowser answer) override { return service.activate(std::move(url), std::move(answer)); }
    void browserGone() override { service.browserGone(); }
    std::size_t mostClients() const override { return service.mostClients(); }
    void whenNobodyLeaves(std::function<void()> call) override { service.whenNobodyLeaves(std::move(call)); }
    std::unique_ptr<sdk::Conversation> open(Send send) override
    {
        auto inner = service.open(std::move(send));
        client = static_cast<sdk::Client*>(inner.get());
        return std::make_unique<Passing>(*this, std::move(inner));
    }
    SimulatedCard card() const
    {
        auto& readers = static_cast<sdk::FlowHost&>(*client).readers();
        const auto all = readers.all();
        const auto simulator = std::ranges::find_if(all, [&](const auto& each) { return readers.simulator(each.name) != nullptr; });
        return *readers.simulator(simulator->name);
    }

    sdk::ApiService service;
    sdk::Client* client = nullptr;
    int heard = 0; // messages of all clients

private:
    struct Passing final : sdk::Conversation
    {
        Passing(Watched& w, std::unique_ptr<sdk::Conversation> i) : watched(w), inner(std::move(i)) {}
        ~Passing() override { watched.client = nullptr; }
        void receive(std::string_view text) override
        {
            inner->receive(text);
            ++watched.heard;
        }

        Watched& watched;
        std::unique_ptr<sdk::Conversation> inner;
    };
};

} // namespace eidkern::test
