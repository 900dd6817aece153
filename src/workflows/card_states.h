// From an empty reader to a PACE channel: the states that every workflow with a card begins with, or comes to. `For` is what the
// card is wanted for, and lives as long as it: ServiceSession in a login, those of pin.h else. It says
//     goal()     the password whose PACE is what is wanted: with it the workflow goes on to Proven
//     failed()   where the workflow goes when it ends here: Failed
//     accepts()  cards of which type
//     unblocks() whether a right PUK also unblocks the PIN
//     takesTransportPin: five digits are a PIN, too
// and perhaps isDone(), with which nothing is asked, and pinFor(), a PIN that is known already.
// docs/life-of-an-authentication.md and docs/life-of-a-pin-change.md walk through them.
#pragma once
#include <concepts>

#include "core/workflow.h"
#include "workflows/contexts.h"

namespace eidkern
{

template<typename For>
struct CardSession
{
    For purpose;
    std::unique_ptr<Card> card;
    Pending<Done> gone; // watched by the states; in a login after PACE: part of the stop source
};

template<typename For>
struct SelectCard
{
    static constexpr std::string_view name = "SelectCard";
    static constexpr int percent = For::percents.selectCard;
    For purpose;
};

template<typename For>
struct EnterPassword
{
    static constexpr std::string_view name = "EnterPassword";
    static constexpr int percent = For::percents.enterPassword;
    CardSession<For> card;
    bool canVerified = false; // the CAN of a suspended card was right: now its PIN
    bool wrongBefore = false;
};

template<typename For>
struct EstablishPace
{
    static constexpr std::string_view name = "EstablishPace";
    static constexpr int percent = For::percents.establishPace;
    CardSession<For> card;
    PasswordId password;
    Secret secret;
};

template<typename For>
struct EdgesOfPace
{
    using Type = Next<typename For::Proven, EnterPassword<For>, SelectCard<For>, typename For::Failed>;
};
template<typename For>
    requires std::same_as<typename For::Proven, typename For::Failed>
struct EdgesOfPace<For>
{
    using Type = Next<EnterPassword<For>, SelectCard<For>, typename For::Failed>;
};
template<typename For> using AfterPace = typename EdgesOfPace<For>::Type;

template<typename For> Task<Next<EnterPassword<For>, typename For::Failed>> run(SelectCard<For> state, Ports& ports);
template<typename For> Task<Next<EstablishPace<For>, SelectCard<For>, typename For::Failed>> run(EnterPassword<For> state, Ports& ports);
template<typename For> Task<AfterPace<For>> run(EstablishPace<For> state, Ports& ports);

} // namespace eidkern
