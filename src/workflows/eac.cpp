// Terminal and chip authentication between the server and the card, and then the server's own APDUs: SendEac1, SendEac2,
// RelayApdus. The engine carries; the secrets belong to both ends.
#include <algorithm>

#include "workflows/authentication.h"
#include "workflows/budgets.h"
#include "workflows/steps.h"

namespace eidkern
{

using enum FailureCode;

// One operation of the card, bounded and stoppable.
template<typename T>
static Task<Result<T>> onCard(Pending<CardResult<T>> operation, std::chrono::milliseconds limit, FailureCode code, Ports& ports)
{
    const auto waited = co_await wait(operation, limit, ports);
    if (waited == Waited::Stopped) co_return unexpected(ports.stop.peek());
    if (waited == Waited::TimedOut) co_return unexpected(cardFailure(code, CardFault::CommandFailed, ports));
    auto result = co_await std::move(operation);
    if (!result) co_return unexpected(cardFailure(code, result.error(), ports));
    co_return std::move(*result);
}

static std::optional<std::vector<CvCertificate>> chainFor(const ServiceSession& service, const PaceOutput& pace)
{
    for (const auto& car : {pace.car, pace.carPrevious})
    {
        if (car.empty()) continue;
        if (auto chain = chainForCard(service.terminal, service.pool, car)) return chain;
    }
    return {};
}

Task<Next<SendEac2, CheckServerResult, EndDialogue>> run(SendEac1 state, Ports& ports)
{
    auto& [card, pace] = state;
    auto& paos = card.purpose.paos;
    auto asking = onCard(card.card->challenge(), deadline::challenge, Did_Authenticate_Eac1_Card_Command_Failed, ports);
    auto challenge = co_await std::move(asking);
    if (!challenge) co_return EndDialogue{std::move(paos), std::move(challenge.error())};

    std::vector<std::string> unknownCars; // the server may have certificates that lead there
    if (!chainFor(card.purpose, pace))
        for (const auto& car : {pace.car, pace.carPrevious})
            if (!car.empty()) unknownCars.push_back(car);
    paos::Eac1Output output{Chat::forTerminal(card.purpose.granted), std::move(unknownCars), pace.efCardAccess, pace.idPicc, *challenge};
    auto sending = converse(paos, std::move(output), {}, ports);
    auto body = co_await std::move(sending);
    if (!body) co_return EndDialogue{std::move(paos), std::move(body.error())};
    if (auto* end = std::get_if<paos::StartPaosResponse>(&*body)) co_return CheckServerResult{std::move(paos.token), std::move(end->result)};
    auto* eac2 = std::get_if<paos::Eac2Input>(&*body);
    if (eac2) co_return SendEac2{std::move(card), std::move(pace), std::move(*challenge), std::move(*eac2)};
    co_return outOfTurn(std::move(paos), *body, ports);
}

Task<Next<RelayApdus, CheckServerResult, EndDialogue>> run(SendEac2 state, Ports& ports)
{
    auto& [card, pace, challenge, eac2] = state;
    auto& paos = card.purpose.paos;
    learnLinks(eac2.certificates, ports);
    for (auto& each : eac2.certificates)
        if (!each.isTerminal()) card.purpose.pool.push_back(std::move(each));
    auto chain = chainFor(card.purpose, pace);
    if (!chain)
    {
        auto trusted = pace.car + (pace.carPrevious.empty() ? "" : ", ") + pace.carPrevious;
        co_return EndDialogue{std::move(paos), failure(ports, Process_Certificates_From_Eac2_Cvc_Chain_Missing, {{"Card_Trust_Points", std::move(trusted)}})};
    }

    if (eac2.signature.empty()) // the server signs only now that it has seen our challenge again (TR-03112-7 3.6.4.2)
    {
        auto asking = converse(paos, paos::Eac2Output{.efCardSecurity = {}, .authenticationToken = {}, .nonce = {}, .challenge = challenge}, {}, ports);
        auto body = co_await std::move(asking);
        if (!body) co_return EndDialogue{std::move(paos), std::move(body.error())};
        if (auto* end = std::get_if<paos::StartPaosResponse>(&*body)) co_return CheckServerResult{std::move(paos.token), std::move(end->result)};
        auto* additional = std::get_if<paos::EacAdditionalInput>(&*body);
        if (!additional) co_return outOfTurn(std::move(paos), *body, ports);
        eac2.signature = std::move(additional->signature);
    }

    EacInput input{std::move(*chain), card.purpose.auxiliaryData, std::move(eac2.ephemeralPublicKey), std::move(eac2.signature)};
    auto authenticating = onCard(card.card->authenticate(std::move(input)), deadline::authenticate, Did_Authenticate_Eac2_Card_Command_Failed, ports);
    auto eac = co_await std::move(authenticating);
    if (!eac) co_return EndDialogue{std::move(paos), std::move(eac.error())};

    paos::Eac2Output output{std::move(eac->efCardSecurity), std::move(eac->authenticationToken), std::move(eac->nonce), {}};
    auto sending = converse(paos, std::move(output), {}, ports);
    auto body = co_await std::move(sending);
    if (!body) co_return EndDialogue{std::move(paos), std::move(body.error())};
    if (auto* end = std::get_if<paos::StartPaosResponse>(&*body)) co_return CheckServerResult{std::move(paos.token), std::move(end->result)};
    if (auto* transmit = std::get_if<paos::Transmit>(&*body)) co_return RelayApdus{std::move(card), std::move(*transmit)};
    co_return outOfTurn(std::move(paos), *body, ports);
}

static bool acceptable(ByteView response, const std::vector<Bytes>& codes) // each a status word or its first byte
{
    const auto sw = response.last(2);
    return codes.empty() || std::ranges::any_of(codes, [&](const Bytes& code) { return same(sw.first(code.size()), code); });
}

struct Relayed
{
    std::vector<Bytes> outputs;
    paos::ResultOf result = {};
};

// A status word that the server does not expect ends the batch: that is the server's to judge, not a failure of ours.
static Task<Result<Relayed>> relay(Card& card, const paos::Transmit& transmit, Ports& ports)
{
    Relayed relayed;
    for (const auto& input : transmit.apdus)
    {
        auto sending = onCard(card.transmit(input.apdu), deadline::apdu, Transmit_Card_Command_Failed, ports);
        auto response = co_await std::move(sending);
        if (!response) co_return unexpected(std::move(response.error()));
        if (response->size() < 2) co_return unexpected(cardFailure(Transmit_Card_Command_Failed, CardFault::CommandFailed, ports));
        const bool fits = acceptable(*response, input.acceptableStatusCodes);
        relayed.outputs.push_back(std::move(*response));
        if (fits) continue;
        relayed.result = paos::ResultOf::error("/al/common#unknownError", "unexpected status word");
        break;
    }
    co_return relayed;
}

static EndDialogue outOfBudget(PaosSession session, std::string_view what, const Ports& ports)
{
    session.unanswered.reset();
    return {std::move(session), overBudget(what, ports)};
}

Task<Next<CheckServerResult, EndDialogue>> run(RelayApdus state, Ports& ports)
{
    auto& [card, transmit] = state;
    auto& paos = card.purpose.paos;
    for (;;) // budget::messages ends it
    {
        paos.spent.apdus += transmit.apdus.size();
        if (paos.spent.apdus > budget::apdus) co_return outOfBudget(std::move(paos), "APDUs", ports);
        auto relaying = relay(*card.card, transmit, ports);
        auto relayed = co_await std::move(relaying);
        if (!relayed) co_return EndDialogue{std::move(paos), std::move(relayed.error())};

        auto sending = converse(paos, paos::TransmitResponse{std::move(relayed->outputs)}, std::move(relayed->result), ports);
        auto body = co_await std::move(sending);
        if (!body) co_return EndDialogue{std::move(paos), std::move(body.error())};
        if (auto* end = std::get_if<paos::StartPaosResponse>(&*body)) co_return CheckServerResult{std::move(paos.token), std::move(end->result)};
        auto* next = std::get_if<paos::Transmit>(&*body);
        if (!next) co_return outOfTurn(std::move(paos), *body, ports);
        transmit = std::move(*next);
    }
}

} // namespace eidkern
