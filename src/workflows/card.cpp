// From an empty reader to a PACE channel: SelectCard, EnterPassword, EstablishPace. A card that is taken away here is no
// failure: the user may put it back.
#include <algorithm>

#include "workflows/authentication.h"
#include "workflows/steps.h"

namespace eidkern
{

using enum FailureCode;

static bool accepted(EidType type, const std::vector<EidType>& types)
{
    if (types.empty()) return type == EidType::CardCertified || type == EidType::SeCertified; // TR-03112-7 eIDType: what absence means
    return std::ranges::find(types, type) != types.end();
}

static bool doesWithoutPin(const ServiceSession& service) { return service.granted.has(Right::CanAllowed); } // on site: the CAN is enough

Task<Next<EnterPassword, EndDialogue>> run(SelectCard state, Ports& ports)
{
    auto& service = state.service;
    const auto end = [&](Waited waited) { return EndDialogue{std::move(service.paos), waited == Waited::Stopped ? ports.stop.peek() : noAnswer(ports)}; };
    for (;;)
    {
        auto coming = ports.cards.next([&user = ports.user] { user.cardWanted(false); });
        const auto waited = co_await wait(coming, deadline::card, ports);
        if (waited != Waited::Done) co_return end(waited);
        auto next = co_await std::move(coming);
        if (!next) co_return EndDialogue{std::move(service.paos), cardFailure(Connect_Card_Connection_Failed, next.error(), ports)};

        auto card = std::move(*next);
        auto gone = card->removed();
        ports.user.cardFound(card->about());
        if (!accepted(card->about().type, service.acceptedEidTypes))
        {
            ports.user.cardWanted(true);
            const auto removed = co_await wait(gone, deadline::card, ports);
            if (removed != Waited::Done) co_return end(removed);
            continue;
        }
        if (card->about().pin.deactivated && !doesWithoutPin(service))
        {
            if (!ports.habits.deactivatedCardsWait) co_return EndDialogue{std::move(service.paos), failure(ports, Connect_Card_Eid_Inactive)};
            const auto removed = co_await wait(gone, deadline::card, ports);
            if (removed != Waited::Done) co_return end(removed);
            continue;
        }
        co_return EnterPassword{{std::move(service), std::move(card), std::move(gone)}};
    }
}

static PasswordId wanted(const CardSession& card, bool canVerified)
{
    if (doesWithoutPin(card.service)) return PasswordId::Can;
    const auto& pin = card.card->about().pin;
    if (pin.triesLeft == 0) return PasswordId::Puk;
    return pin.triesLeft == 1 && !canVerified ? PasswordId::Can : PasswordId::Pin;
}

Task<Next<EstablishPace, SelectCard, EndDialogue>> run(EnterPassword state, Ports& ports)
{
    auto& card = state.card;
    const auto pin = card.card->about().pin;
    const auto password = wanted(card, state.canVerified);
    auto asking = ports.user.password({password, pin, state.wrongBefore, card.card->about().passwordAtReader});
    const auto timer = ports.clock.after(deadline::question);
    switch (co_await firstOf(asking, card.gone, timer, ports.stop))
    {
        case 0: break;
        case 1: co_return SelectCard{std::move(card.service)};
        case 2: co_return EndDialogue{std::move(card.service.paos), noAnswer(ports)};
        default: co_return EndDialogue{std::move(card.service.paos), ports.stop.peek()};
    }
    auto secret = co_await std::move(asking);
    co_return EstablishPace{std::move(card), password, std::move(secret)};
}

static Task<Done> removalStops(Pending<Done> gone, Promise<Failure> stopper, const Ports& ports)
{
    co_await std::move(gone);
    stopper.set(cardRemoved(ports));
    co_return Done{};
}

// The card said no, or nothing: a wrong password is asked again, a card that is gone is waited for, the rest is the end.
// (The card stays in `state` unless it is asked again: operations of it may still be held by the caller.)
static Next<SendEac1, EnterPassword, SelectCard, EndDialogue> paceFailed(EstablishPace& state, CardFault fault, const Ports& ports)
{
    auto& service = state.card.service;
    switch (fault)
    {
        case CardFault::WrongPassword:
        {
            const bool sameAgain = wanted(state.card, false) == state.password; // not the CAN after a wrong PIN
            return EnterPassword{std::move(state.card), false, sameAgain};
        }
        case CardFault::Removed: return SelectCard{std::move(service)};
        case CardFault::CancelledAtReader: return EndDialogue{std::move(service.paos), failure(ports, Establish_Pace_Channel_User_Cancelled)};
        case CardFault::PukUsedUp: return EndDialogue{std::move(service.paos), failure(ports, Establish_Pace_Channel_Puk_Inoperative)};
        case CardFault::CommandFailed:
        case CardFault::Protocol:
        case CardFault::WrongLength:
        case CardFault::EntryTimedOut: break;
    }
    return EndDialogue{std::move(service.paos), cardFailure(Maintain_Card_Connection_Pace_Unrecoverable, fault, ports)};
}

Task<Next<SendEac1, EnterPassword, SelectCard, EndDialogue>> run(EstablishPace state, Ports& ports)
{
    auto& card = state.card;
    const bool atReader = card.card->about().passwordAtReader;
    if (state.secret.empty() && !atReader) co_return EndDialogue{std::move(card.service.paos), failure(ports, Establish_Pace_Channel_Basic_Reader_No_Pin)};
    PaceInput input{state.password, std::move(state.secret), {}};
    const bool forLogin = state.password == PasswordId::Pin || doesWithoutPin(card.service);
    if (forLogin)
    {
        input.chat = Chat::forTerminal(card.service.granted);
        input.certificateDescription = card.service.certificateDescription;
    }
    auto running = card.card->pace(std::move(input));
    const auto waited = co_await wait(running, atReader ? deadline::entryAtReader : deadline::pace, ports);
    if (atReader && !running.ready()) ports.user.readerStillWaits();
    if (waited == Waited::Stopped) co_return EndDialogue{std::move(card.service.paos), ports.stop.peek()};
    if (waited == Waited::TimedOut) co_return paceFailed(state, CardFault::CommandFailed, ports);
    auto pace = co_await std::move(running);
    if (!pace) co_return paceFailed(state, pace.error(), ports);
    if (forLogin)
    {
        card.gone = start(ports.scheduler, removalStops(std::move(card.gone), ports.stopper, ports)); // from here on a removed card is the end
        co_return SendEac1{std::move(card), std::move(*pace)};
    }
    if (state.password == PasswordId::Can) co_return EnterPassword{std::move(card), true, false};

    auto unblocking = card.card->unblockPin();
    const auto unblocked = co_await wait(unblocking, deadline::pace, ports);
    if (unblocked == Waited::Stopped) co_return EndDialogue{std::move(card.service.paos), ports.stop.peek()};
    if (unblocked == Waited::TimedOut) co_return paceFailed(state, CardFault::CommandFailed, ports);
    const auto done = co_await std::move(unblocking);
    if (!done) co_return paceFailed(state, done.error(), ports);
    co_return EnterPassword{std::move(card), false, false};
}

} // namespace eidkern
