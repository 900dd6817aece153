// Chip authentication version 2 from the card's side (TR-03110-3 B.2), after terminal authentication.
#pragma once
#include "card/simulator/card_files.h"
#include "card/simulator/session.h"
#include "core/random.h"

namespace eidkern::card
{

class CardChipAuthentication
{
public:
    CardChipAuthentication(ChipProtocol protocol, Random& random, const std::optional<EcKey>& given = {}); // keys that are not given are fresh

    const Bytes& publicPoint() const { return key_.point; }
    const Bytes& privilegedPoint() const { return privilegedKey_.point; }
    std::size_t keyHashSize() const { return key_.curve.fieldSize(); } // of what terminal authentication announces

    ResponseApdu setKey(const CommandApdu& command, const ProvenTerminal& terminal); // 6982: the chip's own key is for privileged terminals
    bool expectsStep() const { return chosen_; }
    void abort() { chosen_ = nullptr; }
    ResponseApdu step(const CommandApdu& command, Session& session); // on success the session gets its next keys

private:
    const ChipProtocol protocol_;
    Random& random_;
    const EcKey key_, privilegedKey_;
    const EcKey* chosen_ = nullptr;
};

} // namespace eidkern::card
