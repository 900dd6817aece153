// The passwords of a card and the retry counter of its PIN (TR-03110-2 2.3, 3.3). This state outlives a session.
#pragma once
#include "card/simulator/persona.h"
#include "core/card_values.h"

namespace eidkern::card
{

class PinObjects
{
public:
    explicit PinObjects(const Persona& persona);

    const Secret* secret(PasswordId id) const;   // of PACE; nothing for the MRZ of a persona without a document number
    std::uint16_t status(PasswordId id) const;   // answer of MSE:Set AT: 9000, 63Cx, 6283

    // The end of a PACE attempt: counts, and gives the status word. `canBefore`: the last PACE of this session was with the CAN.
    std::uint16_t judge(PasswordId id, bool tokenMatches, bool canBefore);

    std::uint16_t unblock();                     // with the PUK proven
    std::uint16_t changePin(ByteView newPin);    // six digits
    std::uint16_t changeCan(ByteView newCan);    // six digits
    void setActive(bool active) { deactivated_ = !active; } // the PIN, and with it the online function
    bool hasTransportPin() const { return pin_.size() == 5; } // good for nothing but setting the real one
    int triesLeft() const { return triesLeft_; }

private:
    std::uint16_t judgePin(bool tokenMatches, bool canBefore);

    Secret pin_, can_, puk_, mrz_;
    int triesLeft_, unblocksLeft_;
    bool deactivated_;
};

} // namespace eidkern::card
