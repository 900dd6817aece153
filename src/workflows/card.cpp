// From an empty reader to a PACE channel: SelectCard, EnterPassword, EstablishPace. A card that is taken away here is no
// failure: the user may put it back.
#include <algorithm>

#include "workflows/authentication.h"
#include "workflows/pin.h"
#include "workflows/steps.h"

namespace eidkern
{

using enum FailureCode;

static bool doesWithoutPin(const ServiceSession& service) { return service.goal() == PasswordId::Can; }
template<typename For>
static bool doesWithoutPin(const For&)
{
    return false;
}

template<typename For>
Task<Next<EnterPassword<For>, typename For::Failed>> run(SelectCard<For> state, Ports& ports)
{
    auto& purpose = state.purpose;
    const auto end = [&](Waited waited) { return purpose.failed(waited == Waited::Stopped ? ports.stop.peek() : noAnswer(ports)); };
    for (;;)
    {
        auto coming = ports.cards.next([&user = ports.user] { user.cardWanted(false); });
        const auto waited = co_await wait(coming, deadline::card, ports);
        if (waited != Waited::Done) co_return end(waited);
        auto next = co_await std::move(coming);
        if (!next) co_return purpose.failed(cardFailure(Connect_Card_Connection_Failed, next.error(), ports));

        auto card = std::move(*next);
        auto gone = card->removed();
        ports.user.cardFound(card->about());
        if (!purpose.accepts(card->about().type))
        {
            ports.user.cardWanted(true);
            const auto removed = co_await wait(gone, deadline::card, ports);
            if (removed != Waited::Done) co_return end(removed);
            continue;
        }
        if (card->about().pin.deactivated && !doesWithoutPin(purpose))
        {
            if (!ports.habits.deactivatedCardsWait) co_return purpose.failed(failure(ports, Connect_Card_Eid_Inactive));
            const auto removed = co_await wait(gone, deadline::card, ports);
            if (removed != Waited::Done) co_return end(removed);
            continue;
        }
        co_return EnterPassword<For>{{std::move(purpose), std::move(card), std::move(gone)}};
    }
}

static PasswordId wanted(PasswordId goal, const PinState& pin, bool canVerified)
{
    if (goal != PasswordId::Pin) return goal;
    if (pin.triesLeft == 0) return PasswordId::Puk;
    return pin.triesLeft == 1 && !canVerified ? PasswordId::Can : PasswordId::Pin;
}

template<typename For>
Task<Next<EstablishPace<For>, SelectCard<For>, typename For::Failed>> run(EnterPassword<For> state, Ports& ports)
{
    auto& card = state.card;
    auto& purpose = card.purpose;
    const auto& about = card.card->about();
    if constexpr (requires { purpose.isDone(about.pin); })
        if (purpose.isDone(about.pin)) co_return Finished{{}, nobody};
    const auto password = wanted(purpose.goal(), about.pin, state.canVerified);
    if (password == PasswordId::Puk && about.type != EidType::CardCertified) // a Smart-eID has no PUK
        co_return purpose.failed(failure(ports, Prepace_Pace_Smart_Eid_Invalidated));
    if constexpr (requires { purpose.pinFor(about); })
        if (auto known = purpose.pinFor(about); !known.empty()) co_return EstablishPace<For>{std::move(card), password, std::move(known)};

    const bool orTransportPin = password == PasswordId::Pin && For::takesTransportPin;
    auto asking = ports.user.password({password, about.pin, state.wrongBefore, orTransportPin, about.passwordAtReader});
    const auto timer = ports.clock.after(deadline::question);
    switch (co_await firstOf(asking, card.gone, timer, ports.stop))
    {
        case 0: break;
        case 1: co_return SelectCard<For>{std::move(purpose)};
        case 2: co_return purpose.failed(noAnswer(ports));
        default: co_return purpose.failed(ports.stop.peek());
    }
    auto secret = co_await std::move(asking);
    co_return EstablishPace<For>{std::move(card), password, std::move(secret)};
}

// The card said no, or nothing: a wrong password is asked again, a card that is gone is waited for, the rest is the end.
// (The card stays in `state` unless it is asked again: operations of it may still be held by the caller.)
template<typename For>
static AfterPace<For> paceFailed(EstablishPace<For>& state, CardFault fault, const Ports& ports)
{
    auto& purpose = state.card.purpose;
    switch (fault)
    {
        case CardFault::WrongPassword:
        {
            if constexpr (std::same_as<For, PinChange>)
            {
                if (purpose.unsure) return purpose.failed(*purpose.unsure); // it was right before the new one was being set
                purpose.forget();
            }
            const bool sameAgain = wanted(purpose.goal(), state.card.card->about().pin, false) == state.password; // not the CAN after a wrong PIN
            return EnterPassword<For>{std::move(state.card), false, sameAgain};
        }
        case CardFault::Removed: return SelectCard<For>{std::move(purpose)};
        case CardFault::CancelledAtReader: return purpose.failed(failure(ports, Establish_Pace_Channel_User_Cancelled));
        case CardFault::PukUsedUp: return purpose.failed(failure(ports, Establish_Pace_Channel_Puk_Inoperative));
        case CardFault::CommandFailed:
        case CardFault::Protocol:
        case CardFault::WrongLength:
        case CardFault::EntryTimedOut:
        case CardFault::NewPinsDiffer:
        case CardFault::NewPinLength:
        case CardFault::CancelledAtPeer:
        case CardFault::NewPinsDifferAtPeer: break;
    }
    return purpose.failed(cardFailure(Maintain_Card_Connection_Pace_Unrecoverable, fault, ports));
}

static Task<Done> removalStops(Pending<Done> gone, Promise<Failure> stopper, const Ports& ports)
{
    co_await std::move(gone);
    stopper.set(cardRemoved(ports));
    co_return Done{};
}

static SendEac1 proven(CardSession<ServiceSession> card, PaceOutput pace, Ports& ports)
{
    card.gone = start(ports.scheduler, removalStops(std::move(card.gone), ports.stopper, ports)); // from here on a removed card is the end
    return {std::move(card), std::move(pace)};
}
static EnterNewPin proven(CardSession<PinChange> card, const PaceOutput&, Ports&)
{
    card.purpose.provenOn = card.card->about();
    card.purpose.unsure.reset();
    return {std::move(card)};
}
static Finished proven(const CardSession<PinUnblock>&, const PaceOutput&, Ports&) { return {{}, nobody}; }
static Finished proven(const CardSession<PasswordCheck>&, const PaceOutput&, Ports&) { return {{}, nobody}; }

static PaceInput inputOf(EstablishPace<ServiceSession>& state)
{
    PaceInput input{state.password, std::move(state.secret), {}};
    if (state.password != state.card.purpose.goal()) return input;
    input.chat = Chat::forTerminal(state.card.purpose.granted);
    input.certificateDescription = state.card.purpose.certificateDescription;
    return input;
}
static PaceInput inputOf(EstablishPace<PinChange>& state)
{
    if (state.password == PasswordId::Pin) state.card.purpose.pin = state.secret.clone();
    return {state.password, std::move(state.secret), {}};
}
template<typename For>
static PaceInput inputOf(EstablishPace<For>& state)
{
    return {state.password, std::move(state.secret), {}};
}

template<typename For>
Task<AfterPace<For>> run(EstablishPace<For> state, Ports& ports)
{
    auto& card = state.card;
    auto& purpose = card.purpose;
    const bool atReader = card.card->about().passwordAtReader;
    if (state.secret.empty() && !atReader) co_return purpose.failed(failure(ports, Establish_Pace_Channel_Basic_Reader_No_Pin));
    auto running = card.card->pace(inputOf(state));
    const auto waited = co_await wait(running, atReader ? deadline::entryAtReader : deadline::pace, ports);
    if (atReader && !running.ready()) ports.user.readerStillWaits();
    if (waited == Waited::Stopped) co_return purpose.failed(ports.stop.peek());
    if (waited == Waited::TimedOut) co_return paceFailed(state, CardFault::CommandFailed, ports);
    auto pace = co_await std::move(running);
    if (!pace) co_return paceFailed(state, pace.error(), ports);

    if (state.password == PasswordId::Puk && purpose.unblocks())
    {
        auto unblocking = card.card->unblockPin();
        const auto unblocked = co_await wait(unblocking, deadline::pace, ports);
        if (unblocked == Waited::Stopped) co_return purpose.failed(ports.stop.peek());
        if (unblocked == Waited::TimedOut) co_return paceFailed(state, CardFault::CommandFailed, ports);
        const auto done = co_await std::move(unblocking);
        if (!done) co_return paceFailed(state, done.error(), ports);
    }
    if (state.password == purpose.goal()) co_return proven(std::move(card), std::move(*pace), ports);
    co_return EnterPassword<For>{std::move(card), state.password == PasswordId::Can, false};
}

bool ServiceSession::accepts(EidType type) const
{
    if (acceptedEidTypes.empty()) return type == EidType::CardCertified || type == EidType::SeCertified; // TR-03112-7 eIDType: what absence means
    return std::ranges::find(acceptedEidTypes, type) != acceptedEidTypes.end();
}

EndDialogue ServiceSession::failed(Failure why) { return {std::move(paos), std::move(why)}; }

template Task<Next<EnterPassword<ServiceSession>, EndDialogue>> run(SelectCard<ServiceSession>, Ports&);
template Task<Next<EstablishPace<ServiceSession>, SelectCard<ServiceSession>, EndDialogue>> run(EnterPassword<ServiceSession>, Ports&);
template Task<AfterPace<ServiceSession>> run(EstablishPace<ServiceSession>, Ports&);
template Task<Next<EnterPassword<PinChange>, Finished>> run(SelectCard<PinChange>, Ports&);
template Task<Next<EstablishPace<PinChange>, SelectCard<PinChange>, Finished>> run(EnterPassword<PinChange>, Ports&);
template Task<AfterPace<PinChange>> run(EstablishPace<PinChange>, Ports&);
template Task<Next<EnterPassword<PinUnblock>, Finished>> run(SelectCard<PinUnblock>, Ports&);
template Task<Next<EstablishPace<PinUnblock>, SelectCard<PinUnblock>, Finished>> run(EnterPassword<PinUnblock>, Ports&);
template Task<AfterPace<PinUnblock>> run(EstablishPace<PinUnblock>, Ports&);
template Task<Next<EnterPassword<PasswordCheck>, Finished>> run(SelectCard<PasswordCheck>, Ports&);
template Task<Next<EstablishPace<PasswordCheck>, SelectCard<PasswordCheck>, Finished>> run(EnterPassword<PasswordCheck>, Ports&);
template Task<AfterPace<PasswordCheck>> run(EstablishPace<PasswordCheck>, Ports&);

} // namespace eidkern
