// What follows PACE in a change of the PIN: EnterNewPin, ChangePin.
#include "workflows/pin.h"

#include "workflows/steps.h"

namespace eidkern
{

using enum FailureCode;

Finished PinChange::failed(Failure why) const
{
    if (unsure) return {unsure, nobody};
    return {std::move(why), nobody};
}

void PinChange::forget()
{
    pin.wipe();
    newPin.wipe();
    provenOn.reset();
}

// A card does not say who it is before terminal authentication. What it does say must be as it was, and no try may be missing.
static bool looksLike(const RecognisedCard& a, const RecognisedCard& b)
{
    return a.reader == b.reader && a.type == b.type && a.pin == b.pin && same(a.efCardAccess, b.efCardAccess);
}

Secret PinChange::pinFor(const RecognisedCard& card)
{
    if (provenOn && looksLike(*provenOn, card)) return pin.clone();
    if (provenOn) forget();
    return {};
}

Task<Next<ChangePin, SelectCard<PinChange>, Finished>> run(EnterNewPin state, Ports& ports)
{
    auto& card = state.card;
    auto& purpose = card.purpose;
    if (!purpose.newPin.empty()) co_return ChangePin{std::move(card)};
    auto asking = ports.user.newPin(card.card->about().passwordAtReader);
    const auto timer = ports.clock.after(deadline::question);
    switch (co_await firstOf(asking, card.gone, timer, ports.stop))
    {
        case 0: break;
        case 1: co_return SelectCard<PinChange>{std::move(purpose)};
        case 2: co_return purpose.failed(noAnswer(ports));
        default: co_return purpose.failed(ports.stop.peek());
    }
    purpose.newPin = co_await std::move(asking);
    co_return ChangePin{std::move(card)};
}

static Failure notChanged(CardFault fault, const Ports& ports)
{
    switch (fault)
    {
        case CardFault::EntryTimedOut: return cardFailure(Change_Pin_Input_Timeout, fault, ports);
        case CardFault::CancelledAtReader: return cardFailure(Change_Pin_User_Cancelled, fault, ports);
        case CardFault::NewPinsDiffer: return cardFailure(Change_Pin_New_Pin_Mismatch, fault, ports);
        case CardFault::NewPinLength: return cardFailure(Change_Pin_New_Pin_Invalid_Length, fault, ports);
        case CardFault::CancelledAtPeer: return cardFailure(Change_Pin_Card_User_Cancelled, fault, ports);
        case CardFault::NewPinsDifferAtPeer: return cardFailure(Change_Pin_Card_New_Pin_Mismatch, fault, ports);
        case CardFault::Removed:
        case CardFault::CommandFailed:
        case CardFault::Protocol:
        case CardFault::WrongLength:
        case CardFault::WrongPassword:
        case CardFault::PukUsedUp: break;
    }
    return cardFailure(Change_Pin_Unexpected_Transmit_Status, fault, ports);
}

static Failure perhapsChanged(std::string_view why, const Ports& ports)
{
    return failure(ports, Change_Pin_Unrecoverable, {{"Card_Return_Code", std::string(why)}});
}

// A stop comes too late for a new PIN that is on its way to the card; that of a reader's pad nobody waits for.
Task<Next<SelectCard<PinChange>, Finished>> run(ChangePin state, Ports& ports)
{
    auto& card = state.card;
    auto& purpose = card.purpose;
    const bool atReader = card.card->about().passwordAtReader;
    auto changing = card.card->changePin(purpose.newPin.clone());
    auto waited = Waited::Done;
    if (atReader) waited = co_await wait(changing, deadline::entryAtReader, ports);
    else waited = co_await waitOnTheWayOut(changing, deadline::pace, ports) ? Waited::Done : Waited::TimedOut;
    if (atReader && !changing.ready()) ports.user.readerStillWaits();
    if (waited == Waited::Stopped) co_return purpose.failed(ports.stop.peek());
    if (waited == Waited::TimedOut) co_return purpose.failed(perhapsChanged(name(CardFault::CommandFailed), ports));
    const auto changed = co_await std::move(changing);
    if (changed) co_return Finished{{}, nobody};
    if (changed.error() != CardFault::Removed) co_return purpose.failed(notChanged(changed.error(), ports));
    purpose.unsure = perhapsChanged(name(CardFault::Removed), ports);
    co_return SelectCard<PinChange>{std::move(purpose)};
}

} // namespace eidkern
