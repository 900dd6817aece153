// Chip authentication version 2 from the card's side (TR-03110-3 B.2), after terminal authentication.
#pragma once
#include <memory>

#include "card/simulator/card_files.h"
#include "card/simulator/session.h"
#include "core/random.h"

namespace eidkern::card
{

struct ChipKeys // and EF.CardSecurity, which vouches for them. Making them takes about as long as PACE: cards of one batch share them
{
    CardProtocols protocols;
    EcKey key, privilegedKey;
    Bytes efCardSecurity;
};
std::shared_ptr<const ChipKeys> makeChipKeys(const CardProtocols& protocols, Random& random, const std::optional<EcKey>& given = {}); // else fresh ones

class CardChipAuthentication
{
public:
    CardChipAuthentication(std::shared_ptr<const ChipKeys> keys, Random& random) : keys_(std::move(keys)), random_(random) {}

    const std::shared_ptr<const ChipKeys>& keys() const { return keys_; }
    std::size_t keyHashSize() const { return keys_->key.curve.fieldSize(); } // of what terminal authentication announces

    ResponseApdu setKey(const CommandApdu& command, const ProvenTerminal& terminal); // 6982: the chip's own key is for privileged terminals
    bool expectsStep() const { return chosen_; }
    void abort() { chosen_ = nullptr; }
    ResponseApdu step(const CommandApdu& command, Session& session); // on success the session gets its next keys

private:
    const std::shared_ptr<const ChipKeys> keys_;
    Random& random_;
    const EcKey* chosen_ = nullptr;
};

} // namespace eidkern::card
