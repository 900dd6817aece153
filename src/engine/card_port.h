// The workflows' Cards port, filled from src/card: whatever readers there are, the first eID card in any of them.
#pragma once
#include <vector>

#include "eidkern/cards.h"
#include "workflows/ports.h"

namespace eidkern
{

class CardPort final : public Cards
{
public:
    CardPort(Scheduler& scheduler, Clock& clock, Random& random, Log& log, std::vector<SimulatedCard> cards)
        : scheduler_(scheduler), clock_(clock), random_(random), log_(log), cards_(std::move(cards))
    {
    }

    Pending<CardResult<std::unique_ptr<Card>>> next(std::function<void()> wanted) override;

private:
    Task<Done> watch(SimulatedCard card, Promise<CardResult<std::unique_ptr<Card>>> found);

    Scheduler& scheduler_;
    Clock& clock_;
    Random& random_;
    Log& log_;
    std::vector<SimulatedCard> cards_;
};

} // namespace eidkern
