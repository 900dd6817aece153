#include "engine/card_port.h"

#include <algorithm>
#include <map>

#include "card/pcsc/last_results.h"
#include "eidkern/return_codes.h"
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
    Pending<CardResult<Done>> changePin(Secret newPin) override { return start(scheduler_, card_->changePin(std::move(newPin))); }
    Pending<CardResult<Bytes>> challenge() override { return start(scheduler_, card_->challenge()); }
    Pending<CardResult<EacOutput>> authenticate(EacInput input) override { return start(scheduler_, card_->authenticate(std::move(input))); }
    Pending<CardResult<Bytes>> transmit(Bytes apdu) override { return start(scheduler_, card_->transmit(std::move(apdu))); }
    Pending<Done> removed() override { return card_->removed(); }

private:
    std::unique_ptr<card::EidCard> card_;
    Scheduler& scheduler_;
};

} // namespace

CardPort::CardPort(Scheduler& scheduler, Clock& clock, Random& random, Log& log, std::vector<SimulatedCard> cards, std::optional<std::string> pcscReader)
    : scheduler_(scheduler), clock_(clock), random_(random), log_(log), cards_(std::move(cards))
{
    if (!pcscReader) return;
    pcscReader_ = std::move(*pcscReader);
    pcsc_.emplace(scheduler_);
}

Pending<CardResult<std::unique_ptr<Card>>> CardPort::next(std::function<void()> wanted)
{
    Pending<CardResult<std::unique_ptr<Card>>> pending(scheduler_);
    const bool simulated = std::ranges::any_of(cards_, [](const SimulatedCard& each) { return each.state->reader.hasCard(); });
    if (!simulated && !pcsc_) wanted();
    auto watchers = std::make_shared<std::vector<Pending<Done>>>(); // they end when somebody's card is taken, or nobody waits
    for (const auto& each : cards_) watchers->push_back(start(scheduler_, watchSimulated(each, wanted, pending.promise())));
    if (pcsc_) watchers->push_back(start(scheduler_, watchPcsc(simulated ? std::function<void()>([] {}) : std::move(wanted), pending.promise())));
    pending.keep(watchers);
    return pending;
}

Task<Done> CardPort::watchSimulated(SimulatedCard card, std::function<void()> wanted, Found found)
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
        auto recognising = recognise(eid, found);
        const auto recognised = co_await std::move(recognising);
        if (recognised == Recognised::Told) co_return Done{};
        auto removed = eid->removed();
        wanted();
        co_await std::move(removed); // not an eID card: the next one may be
    }
}

Task<Done> CardPort::watchPcsc(std::function<void()> wanted, Found found)
{
    struct Attempt
    {
        unsigned insertion;
        std::function<void()> wanted; // tells it once
        Pending<Done> running;
    };
    std::map<std::string, Attempt> attempts;
    if (!pcsc_->picture()) co_await pcsc_->changed();
    const auto& readers = pcsc_->picture()->readers;
    if (std::ranges::none_of(readers, [this](const auto& each) { return isWanted(each.first, each.second); })) wanted();
    for (;;)
    {
        for (const auto& [name, state] : pcsc_->picture()->readers)
        {
            const auto before = attempts.find(name);
            if (!isWanted(name, state) || (before != attempts.end() && before->second.insertion == state.insertion)) continue;
            if (before != attempts.end()) attempts.erase(before);
            const std::function<void()> once = [wanted, told = std::make_shared<bool>()] {
                if (!std::exchange(*told, true)) wanted();
            };
            attempts.emplace(name, Attempt{state.insertion, once, start(scheduler_, tryPcsc(name, state.insertion, once, found))});
        }
        std::erase_if(attempts, [&readers = pcsc_->picture()->readers](const auto& each) {
            if (readers.contains(each.first)) return false;
            each.second.wanted(); // the reader has gone, perhaps in the middle of the attempt
            return true;
        });
        co_await pcsc_->changed();
    }
}

void CardPort::tell(Found& found, const std::string& reader, CardResult<std::unique_ptr<Card>> card)
{
    if (found.set(std::move(card))) told_ = reader;
}

std::string CardPort::readerResult() const
{
    const auto last = card::lastResult(told_);
    if (!last || last->operation.empty()) return {};
    return scardText(last->code).append(", ").append(last->operation);
}

bool CardPort::isWanted(const std::string& reader, const card::ReaderState& state) const
{
    return state.card && (pcscReader_.empty() || pcscReader_ == reader);
}

// A card that is lifted for a moment only, or lies at the edge of the field, may be lost without pcscd showing another picture.
Task<Done> CardPort::tryPcsc(std::string reader, unsigned insertion, std::function<void()> wanted, Found found)
{
    using namespace std::chrono_literals;
    static constexpr int mostTries = 10; // together more than eight minutes: less often each time, because the card may lie there for long
    auto pause = 1000ms;
    for (int tries = 1;; ++tries, pause *= 2)
    {
        auto trying = tryPcscOnce(reader, found);
        const auto recognised = co_await std::move(trying);
        if (recognised == Recognised::Told) co_return Done{};
        wanted();
        if (recognised == Recognised::Other || tries == mostTries) co_return Done{};
        co_await clock_.after(pause);
        const auto& readers = pcsc_->picture()->readers;
        const auto now = readers.find(reader);
        if (now == readers.end() || now->second.insertion != insertion) co_return Done{}; // the next card has an attempt of its own
    }
}

Task<CardPort::Recognised> CardPort::tryPcscOnce(const std::string& reader, Found found)
{
    log_.write("card.connecting", {{"reader", reader}});
    auto connecting = pcsc_->connect(reader);
    auto connected = co_await std::move(connecting);
    if (!connected)
    {
        log_.write("card.not_connected", {{"reader", reader}, {"because", name(connected.error())}});
        if (connected.error() != CardFault::CommandFailed) co_return Recognised::Gone;
        tell(found, reader, tl::unexpected(connected.error()));
        co_return Recognised::Told;
    }
    auto eid = std::make_unique<card::EidCard>(std::move(connected->channel), random_, log_);
    auto recognising = recognise(eid, found);
    co_return co_await std::move(recognising);
}

Task<CardPort::Recognised> CardPort::recognise(std::unique_ptr<card::EidCard>& eid, Found found)
{
    auto recognising = eid->recognise();
    const auto recognised = co_await std::move(recognising);
    const auto reader = eid->about().reader;
    if (recognised) tell(found, reader, std::make_unique<EidCardPort>(std::move(eid), scheduler_));
    else if (recognised.error() == CardFault::CommandFailed) tell(found, reader, tl::unexpected(recognised.error()));
    else co_return recognised.error() == CardFault::Removed ? Recognised::Gone : Recognised::Other;
    co_return Recognised::Told;
}

} // namespace eidkern
