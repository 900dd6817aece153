// The workflows' Cards port, filled from src/card: whatever readers there are, the first eID card in any of them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "card/pcsc/readers.h"
#include "card/eid_card.h"
#include "eidkern/cards.h"
#include "workflows/ports.h"

namespace eidkern
{

class CardPort final : public Cards
{
public:
    // `pcscReader`: the name of the only reader of PC/SC to look at, empty for all of them; nothing: without PC/SC.
    CardPort(Scheduler& scheduler, Clock& clock, Random& random, Log& log, std::vector<SimulatedCard> cards, std::optional<std::string> pcscReader = {});

    Pending<CardResult<std::unique_ptr<Card>>> next(std::function<void()> wanted) override;
    std::string readerResult() const override;

private:
    using Found = Promise<CardResult<std::unique_ptr<Card>>>;
    enum class Recognised { Told, Gone, Other }; // the caller was told of it, or of its failure; it is gone; no eID card

    Task<Done> watchSimulated(SimulatedCard card, std::function<void()> wanted, Found found);
    Task<Done> watchPcsc(std::function<void()> wanted, Found found);
    Task<Done> tryPcsc(std::string reader, unsigned insertion, std::function<void()> wanted, Found found);
    Task<Recognised> tryPcscOnce(const std::string& reader, Found found);
    Task<Recognised> recognise(std::unique_ptr<card::EidCard>& eid, Found found); // takes the card if it is told
    void tell(Found& found, const std::string& reader, CardResult<std::unique_ptr<Card>> card);
    bool isWanted(const std::string& reader, const card::ReaderState& state) const;

    Scheduler& scheduler_;
    Clock& clock_;
    Random& random_;
    Log& log_;
    std::vector<SimulatedCard> cards_;
    std::string pcscReader_;
    std::string told_; // reader of the card, or of the failure, that next() gave
    std::optional<card::PcscReaders> pcsc_;
};

} // namespace eidkern
