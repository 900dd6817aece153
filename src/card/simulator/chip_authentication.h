// Chip authentication version 2 from the card's side (TR-03110-3 B.2), after terminal authentication.
#pragma once
#include "card/simulator/session.h"
#include "core/random.h"

namespace eidkern::card
{

class CardChipAuthentication
{
public:
    CardChipAuthentication(EcKey key, Random& random) : key_(std::move(key)), random_(random) {}

    const Bytes& publicPoint() const { return key_.point; }
    ResponseApdu setKey(const CommandApdu& command);
    bool expectsStep() const { return ready_; }
    void abort() { ready_ = false; }
    ResponseApdu step(const CommandApdu& command, Session& session); // on success the session gets its next keys

private:
    EcKey key_;
    Random& random_;
    bool ready_ = false;
};

} // namespace eidkern::card
