#include "card/simulator/simulated_reader.h"

#include <utility>
#include <vector>

namespace eidkern::card
{

struct SimulatedReader::State
{
    Scheduler& scheduler;
    std::string name;
    std::unique_ptr<SimulatedCard> card;
    bool present = false, inUse = false;
    int insertion = 0; // which one it is: a channel belongs to one insertion
    std::vector<Promise<Done>> waitingForCard, waitingForRemoval;
    Hook hook = {};
    std::optional<int> removalAt = {};

    static void tell(std::vector<Promise<Done>>& waiting)
    {
        for (auto& promise : std::exchange(waiting, {})) promise.set(Done{});
    }

    void insert()
    {
        if (!card || std::exchange(present, true)) return;
        ++insertion;
        tell(waitingForCard);
    }

    void remove()
    {
        if (!std::exchange(present, false)) return;
        card->reset();
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
        if (connected()) state_->card->reset();
    }

    std::string reader() const override { return state_->name; }

    Pending<CardResult<Bytes>> transmit(Bytes apdu) override
    {
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
        return state_->card->transmit(apdu);
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

SimulatedReader::~SimulatedReader() { state_->remove(); }

void SimulatedReader::insert() { state_->insert(); }

void SimulatedReader::insert(std::unique_ptr<SimulatedCard> card)
{
    state_->remove();
    state_->card = std::move(card);
    state_->insert();
}

void SimulatedReader::remove() { state_->remove(); }
bool SimulatedReader::hasCard() const { return state_->present; }
SimulatedCard* SimulatedReader::card() const { return state_->card.get(); }

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
    return std::make_unique<SimulatedChannel>(state_);
}

void SimulatedReader::answerWith(Hook hook) { state_->hook = std::move(hook); }
void SimulatedReader::removeAtApdu(int n) { state_->removalAt = n; }

} // namespace eidkern::card
