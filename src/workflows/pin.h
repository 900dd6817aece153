// What people do with the passwords of their card without a service, as typed states: change the PIN (also the transport PIN),
// unblock it, and try whether a password is right (TR-03110-2 2.3, 3.3; TR-03110-3 B.11). docs/life-of-a-pin-change.md walks
// through it.
//
// Nobody is to be told of a failure: it leads straight to Finished.
#pragma once
#include "workflows/card_states.h"
#include "workflows/finished.h"

namespace eidkern
{

struct EnterNewPin;

// The PIN that was right is kept until the new one is set: if the card is gone before that and comes back, PACE is done again with
// it and nobody is asked. Another card gets nothing of it.
struct PinChange
{
    using Failed = Finished;
    using Proven = EnterNewPin;
    static constexpr CardPercents percents{0, 20, 40};

    Secret pin = {}, newPin = {};                     // empty: not yet entered, or entered at the reader
    std::optional<RecognisedCard> provenOn = {};      // the card with which `pin` was right
    std::optional<Failure> unsure = {};               // the card was gone while the new PIN was being set: how this ends unless PACE says more

    static PasswordId goal() { return PasswordId::Pin; }
    static bool accepts(EidType) { return true; }
    static bool unblocks() { return true; }
    static constexpr bool takesTransportPin = true;
    Finished failed(Failure why) const;
    Secret pinFor(const RecognisedCard& card); // the PIN that was right with this card; empty: none was, or it is another card
    void forget();
};

struct PinUnblock
{
    using Failed = Finished;
    using Proven = Finished;
    static constexpr CardPercents percents{0, 30, 60};

    static PasswordId goal() { return PasswordId::Puk; }
    static bool accepts(EidType) { return true; }
    static bool unblocks() { return true; }
    static constexpr bool takesTransportPin = false;
    static bool isDone(const PinState& pin) { return pin.triesLeft > 0; } // the PUK can be used ten times: not without need
    static Finished failed(Failure why) { return {std::move(why), nobody}; }
};

struct PasswordCheck
{
    using Failed = Finished;
    using Proven = Finished;
    static constexpr CardPercents percents{0, 30, 60};

    PasswordId password;

    PasswordId goal() const { return password; }
    static bool accepts(EidType) { return true; }
    static constexpr bool takesTransportPin = true;
    bool unblocks() const { return password == PasswordId::Pin; } // checking the PUK uses nothing of it up
    static Finished failed(Failure why) { return {std::move(why), nobody}; }
};

struct EnterNewPin
{
    static constexpr std::string_view name = "EnterNewPin";
    static constexpr int percent = 60;
    CardSession<PinChange> card;
};

struct ChangePin
{
    static constexpr std::string_view name = "ChangePin";
    static constexpr int percent = 80;
    CardSession<PinChange> card;
};

Task<Next<ChangePin, SelectCard<PinChange>, Finished>> run(EnterNewPin state, Ports& ports);
Task<Next<SelectCard<PinChange>, Finished>> run(ChangePin state, Ports& ports);

using PinChanging = Workflow<SelectCard<PinChange>, EnterPassword<PinChange>, EstablishPace<PinChange>, EnterNewPin, ChangePin, Finished>;
using PinUnblocking = Workflow<SelectCard<PinUnblock>, EnterPassword<PinUnblock>, EstablishPace<PinUnblock>, Finished>;
using PasswordChecking = Workflow<SelectCard<PasswordCheck>, EnterPassword<PasswordCheck>, EstablishPace<PasswordCheck>, Finished>;

} // namespace eidkern
