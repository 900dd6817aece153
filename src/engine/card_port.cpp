#include "engine/card_port.h"

#include <algorithm>

#include "card/eid_card.h"
#include "engine/simulated_card_state.h"

namespace eidkern
{

namespace
{

class EidCardPort final : public Card
{
public:
    EidCardPort(std::unique_ptr<card::EidCard> card, Scheduler& scheduler) : card_(std::move(card)), scheduler_(scheduler) {}

    const RecognisedCard& about() const override { return card_->about(); }
    Pending<CardResult<PaceOutput>> pace(PaceInput input) override { return start(scheduler_, card_->pace(std::move(input))); }
    Pending<CardResult<Done>> unblockPin() override { return start(scheduler_, card_->unblockPin()); }
    Pending<CardResult<Bytes>> challenge() override { return start(scheduler_, card_->challenge()); }
    Pending<CardResult<EacOutput>> authenticate(EacInput input) override { return start(scheduler_, card_->authenticate(std::move(input))); }
    Pending<CardResult<Bytes>> transmit(Bytes apdu) override { return start(scheduler_, card_->transmit(std::move(apdu))); }
    Pending<Done> removed() override { return card_->removed(); }

private:
    std::unique_ptr<card::EidCard> card_;
    Scheduler& scheduler_;
};

} // namespace

Pending<CardResult<std::unique_ptr<Card>>> CardPort::next(std::function<void()> wanted)
{
    Pending<CardResult<std::unique_ptr<Card>>> pending(scheduler_);
    if (std::ranges::none_of(cards_, [](const SimulatedCard& each) { return each.state->reader.hasCard(); })) wanted();
    auto watchers = std::make_shared<std::vector<Pending<Done>>>(); // they end when somebody's card is taken, or nobody waits
    for (const auto& each : cards_) watchers->push_back(start(scheduler_, watch(each, pending.promise())));
    pending.keep(watchers);
    return pending;
}

Task<Done> CardPort::watch(SimulatedCard card, Promise<CardResult<std::unique_ptr<Card>>> found)
{
    auto& reader = card.state->reader;
    for (;;)
    {
        co_await reader.inserted();
        auto channel = reader.connect();
        if (!channel) // in use by another engine
        {
            using namespace std::chrono_literals;
            co_await clock_.after(250ms);
            continue;
        }
        auto eid = std::make_unique<card::EidCard>(std::move(channel), random_, log_);
        auto recognising = eid->recognise();
        const auto recognised = co_await std::move(recognising);
        if (recognised)
        {
            found.set(std::make_unique<EidCardPort>(std::move(eid), scheduler_));
            co_return Done{};
        }
        if (recognised.error() == CardFault::CommandFailed)
        {
            found.set(tl::unexpected(recognised.error()));
            co_return Done{};
        }
        co_await eid->removed(); // not an eID card: the next one may be
    }
}

} // namespace eidkern
