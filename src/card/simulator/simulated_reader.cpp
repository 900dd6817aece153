#include "card/simulator/simulated_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/task.h"

namespace eidkern::card
{

struct SimulatedReader::State
{
    Scheduler& scheduler;
    std::string name;
    std::unique_ptr<SimulatedCard> card;
    std::function<std::unique_ptr<SimulatedCard>()> make = {}; // of a card that nobody has needed yet
    bool present = false, inUse = false;
    int insertion = 0; // which one it is: a channel belongs to one insertion
    std::vector<Promise<Done>> waitingForCard, waitingForRemoval;
    std::shared_ptr<SimulatedPad> pad = {};
    Hook hook = {};
    std::optional<int> removalAt = {};
    Clock* clock = nullptr; // with a delay
    std::chrono::milliseconds delay{0};

    static void tell(std::vector<Promise<Done>>& waiting)
    {
        for (auto& promise : std::exchange(waiting, {})) promise.set(Done{});
    }

    SimulatedCard* theCard()
    {
        if (make) card = std::exchange(make, {})();
        return card.get();
    }

    void insert()
    {
        if ((!card && !make) || std::exchange(present, true)) return;
        ++insertion;
        tell(waitingForCard);
    }

    void remove()
    {
        if (!std::exchange(present, false)) return;
        if (card) card->reset();
        tell(waitingForRemoval);
    }
};

namespace
{

class SimulatedChannel final : public Channel
{
public:
    explicit SimulatedChannel(std::shared_ptr<SimulatedReader::State> state) : state_(std::move(state)), insertion_(state_->insertion)
    {
        state_->inUse = true;
        state_->waitingForRemoval.clear(); // those of an earlier channel
    }

    ~SimulatedChannel() override
    {
        state_->inUse = false;
        if (connected() && state_->card) state_->card->reset();
    }

    std::string reader() const override { return state_->name; }

    Pending<CardResult<Bytes>> transmit(Bytes apdu) override
    {
        if (connected() && state_->clock) return start(state_->scheduler, later(state_->clock->after(state_->delay), answer(apdu)));
        Pending<CardResult<Bytes>> pending(state_->scheduler);
        state_->scheduler.post([promise = pending.promise(), result = answer(apdu)]() mutable { promise.set(std::move(result)); });
        return pending;
    }

    Pending<Done> removed() override
    {
        if (!connected()) return ready(state_->scheduler, Done{});
        Pending<Done> pending(state_->scheduler);
        state_->waitingForRemoval.push_back(pending.promise());
        return pending;
    }

private:
    static Task<CardResult<Bytes>> later(Pending<Done> time, CardResult<Bytes> answer)
    {
        co_await std::move(time);
        co_return answer;
    }

    bool connected() const { return state_->present && state_->insertion == insertion_; }

    CardResult<Bytes> answer(ByteView apdu)
    {
        const int n = count_++;
        if (state_->removalAt == n && connected())
        {
            state_->removalAt.reset();
            state_->remove();
        }
        if (!connected()) return tl::unexpected(CardFault::Removed);
        if (state_->hook)
            if (auto scripted = state_->hook(n, apdu)) return std::move(*scripted);
        return state_->theCard()->transmit(apdu);
    }

    std::shared_ptr<SimulatedReader::State> state_;
    int insertion_, count_ = 0;
};

} // namespace

SimulatedReader::SimulatedReader(Scheduler& scheduler, std::string name, std::unique_ptr<SimulatedCard> card)
    : state_(std::make_shared<State>(scheduler, std::move(name), std::move(card)))
{
    state_->insert();
}

SimulatedReader::~SimulatedReader()
{
    state_->remove();
    state_->pad.reset(); // what it was doing holds a channel of ours
}

void SimulatedReader::insert() { state_->insert(); }

void SimulatedReader::insert(std::unique_ptr<SimulatedCard> card)
{
    state_->remove();
    state_->card = std::move(card);
    state_->make = {};
    state_->insert();
}

void SimulatedReader::insert(std::function<std::unique_ptr<SimulatedCard>()> make)
{
    state_->remove();
    state_->card.reset();
    state_->make = std::move(make);
    state_->insert();
}

void SimulatedReader::remove() { state_->remove(); }
bool SimulatedReader::hasCard() const { return state_->present; }
const SimulatedCard* SimulatedReader::made() const { return state_->card.get(); }
SimulatedCard* SimulatedReader::card() const { return state_->theCard(); }

Pending<Done> SimulatedReader::inserted() const
{
    if (state_->present) return ready(state_->scheduler, Done{});
    Pending<Done> pending(state_->scheduler);
    state_->waitingForCard.push_back(pending.promise());
    return pending;
}

std::unique_ptr<Channel> SimulatedReader::connect()
{
    if (!state_->present || state_->inUse) return {};
    auto channel = std::make_unique<SimulatedChannel>(state_);
    if (state_->pad) return state_->pad->connect(std::move(channel));
    return channel;
}

void SimulatedReader::fit(std::shared_ptr<SimulatedPad> pad) { state_->pad = std::move(pad); }

void SimulatedReader::answerWith(Hook hook) { state_->hook = std::move(hook); }
void SimulatedReader::removeAtApdu(int n) { state_->removalAt = n; }

static bool fits(const ScriptedAnswer& scripted, int n, ByteView apdu)
{
    if (scripted.index) return scripted.index == n;
    return apdu.size() >= scripted.prefix.size() && same(apdu.first(scripted.prefix.size()), scripted.prefix);
}

void SimulatedReader::follow(const CardScript& script, Clock& clock)
{
    state_->delay = script.delay;
    state_->clock = script.delay.count() > 0 ? &clock : nullptr;
    state_->removalAt = script.removeAtApdu;
    if (script.answers.empty()) return;
    state_->hook = [answers = script.answers](int n, ByteView apdu) -> std::optional<Bytes> {
        const auto it = std::ranges::find_if(answers, [&](const ScriptedAnswer& each) { return fits(each, n, apdu); });
        return it == answers.end() ? std::nullopt : std::optional(it->answer);
    };
}

} // namespace eidkern::card
