// The service introduces itself and is checked before anyone is asked for a PIN: StartPaos, CheckService, ConfirmRights.
#include <algorithm>

#include "workflows/authentication.h"
#include "workflows/steps.h"

namespace eidkern
{

using enum FailureCode;

Task<Next<CheckService, CheckServerResult, EndDialogue>> run(StartPaos state, Ports& ports)
{
    auto& paos = state.paos;
    auto starting = converse(paos, paos::StartPaos{paos.sessionIdentifier}, {}, ports);
    auto body = co_await std::move(starting);
    if (body && std::holds_alternative<paos::InitializeFramework>(*body))
    {
        auto initialising = converse(paos, paos::InitializeFrameworkResponse{}, {}, ports);
        body = co_await std::move(initialising);
    }
    if (!body) co_return EndDialogue{std::move(paos), std::move(body.error())};
    if (auto* end = std::get_if<paos::StartPaosResponse>(&*body)) co_return CheckServerResult{std::move(paos.token), std::move(end->result)};
    if (auto* eac1 = std::get_if<paos::Eac1Input>(&*body)) co_return CheckService{std::move(paos), std::move(*eac1)};
    co_return outOfTurn(std::move(paos), *body, ports);
}

namespace
{

using Certificates = std::vector<CvCertificate>;

std::optional<FailureCode> countProblem(const Certificates& all) // DV first, then AT
{
    const auto dvs = std::ranges::count_if(all, &CvCertificate::isDv), terminals = std::ranges::count_if(all, &CvCertificate::isTerminal);
    if (dvs == 0) return Extract_Cvcs_From_Eac1_Dv_Missing;
    if (dvs > 1) return Extract_Cvcs_From_Eac1_No_Unique_Dv;
    if (terminals == 0) return Extract_Cvcs_From_Eac1_At_Missing;
    if (terminals > 1) return Extract_Cvcs_From_Eac1_No_Unique_At;
    return {};
}

std::optional<Failure> chainProblem(const CvCertificate& terminal, const Certificates& pool, const Ports& ports, Date today)
{
    const auto chain = chainToAnchor(terminal, pool, ports.trustAnchors);
    if (!chain) return failure(ports, Pre_Verification_Invalid_Certificate_Chain, {{"Unknown_Authority", chain.error()}});
    const auto isRoot = [&](const CvCertificate& each) { return each.whole == chain->back().whole; };
    if (std::ranges::any_of(ports.refusedAnchors, isRoot)) return failure(ports, Pre_Verification_No_Test_Environment);
    if (!signaturesHold(*chain)) return failure(ports, Pre_Verification_Invalid_Certificate_Signature);
    for (const auto& each : *chain) // up to the first CVCA certificate
    {
        if (!each.validOn(today)) return failure(ports, Pre_Verification_Certificate_Expired);
        if (each.isCvca()) break;
    }
    return {};
}

// The hash of the terminal certificate's signature, that is of the DV's key (TR-03110-4 2.2.6), or of the terminal's own key:
// both are in use. Nothing shorter than SHA-256.
std::vector<HashAlgorithm> descriptionHashes(const Certificates& all)
{
    std::vector<HashAlgorithm> algorithms;
    for (const auto& each : all)
        if ((each.isDv() || each.isTerminal()) && each.key.hash >= HashAlgorithm::Sha256 && std::ranges::find(algorithms, each.key.hash) == algorithms.end())
            algorithms.push_back(each.key.hash);
    return algorithms;
}

std::optional<FailureCode> descriptionProblem(const paos::Eac1Input& eac1, const CvCertificate& terminal, const std::vector<HashAlgorithm>& algorithms,
                                              const TokenSession& token)
{
    if (!eac1.description) return Certificate_Check_Failed_No_Description;
    if (!token.subjectUrl) return Certificate_Check_Failed_No_SubjectUrl_In_Description;
    const auto matches = [&](HashAlgorithm algorithm) { return same(hash(algorithm, eac1.descriptionDer), terminal.descriptionHash); };
    if (std::ranges::none_of(algorithms, matches)) return Certificate_Check_Failed_Hash_Mismatch;
    if (!sameOrigin(*token.subjectUrl, token.tcTokenUrl)) return Certificate_Check_Failed_Same_Origin_Policy_Violation;
    const auto belongs = [&](const Bytes& certificate) { return token.commCertificates->contains(certificate); };
    if (!std::ranges::all_of(token.seenCertificates, belongs)) return Certificate_Check_Failed_Hash_Missing_In_Description;
    return {};
}

RightsQuestion rightsQuestion(const paos::Eac1Input& eac1, const CvCertificate& terminal, const Habits& habits, Date today)
{
    Rights askable;
    for (const auto right : displayableRights()) askable.add(right);
    if (!eac1.auxiliaryData.dateOfBirth) askable.remove(Right::AgeVerification);
    if (!eac1.auxiliaryData.communityId) askable.remove(Right::CommunityVerification);
    askable = askable & terminal.chat.rights;

    const bool nothingSaid = !eac1.requiredRights && !eac1.optionalRights; // then the whole certificate counts
    const auto required = eac1.requiredRights.value_or(Rights()) & askable;
    auto optional = (nothingSaid ? askable : eac1.optionalRights.value_or(Rights()) & askable) - required;
    if (habits.canAllowed && terminal.chat.rights.has(Right::CanAllowed)) optional.add(Right::CanAllowed);

    RightsQuestion question{*eac1.description, terminal.effective, terminal.expiration, required, optional, {}, {}, eac1.transactionInfo};
    if (eac1.auxiliaryData.dateOfBirth) question.requiredAge = requiredAge(*eac1.auxiliaryData.dateOfBirth, today);
    if (eac1.auxiliaryData.communityId) question.communityId = toHex(*eac1.auxiliaryData.communityId);
    question.bornUntil = eac1.auxiliaryData.dateOfBirth;
    question.validOn = eac1.auxiliaryData.dateOfExpiry;
    return question;
}

} // namespace

Task<Next<ConfirmRights, EndDialogue>> run(CheckService state, Ports& ports)
{
    auto& [paos, eac1] = state;
    const auto reject = [&](FailureCode code) { return EndDialogue{std::move(paos), failure(ports, code)}; };
    const auto& certificates = eac1.certificates;

    const auto algorithms = descriptionHashes(certificates);
    if (eac1.description) // from now on its origin and its certificates count, good or not: the refresh address needs them
    {
        paos.token.subjectUrl = ports.web.url(eac1.description->subjectUrl);
        paos.token.commCertificates = CommCertificates{eac1.description->commCertificates, algorithms};
    }
    if (const auto problem = countProblem(certificates)) co_return reject(*problem);
    const auto& terminal = *std::ranges::find_if(certificates, &CvCertificate::isTerminal);
    const auto today = ports.clock.today();
    auto pool = certificates;
    pool.insert(pool.end(), ports.links.begin(), ports.links.end());
    if (auto problem = chainProblem(terminal, pool, ports, today)) co_return EndDialogue{std::move(paos), std::move(*problem)};
    if (const auto problem = descriptionProblem(eac1, terminal, algorithms, paos.token)) co_return reject(*problem);

    auto question = rightsQuestion(eac1, terminal, ports.habits, today);
    learnLinks(certificates, ports);
    auto terminalCopy = terminal;
    co_return ConfirmRights{{std::move(paos),
                             std::move(pool),
                             std::move(terminalCopy),
                             std::move(eac1.acceptedEidTypes),
                             std::move(eac1.auxiliaryDataTlv),
                             std::move(eac1.descriptionDer),
                             std::move(question),
                             {}}};
}

Task<Next<SelectCard<ServiceSession>, EndDialogue>> run(ConfirmRights state, Ports& ports)
{
    auto& service = state.service;
    auto asking = ports.user.confirmRights(service.rights);
    const auto waited = co_await wait(asking, deadline::question, ports);
    if (waited != Waited::Done) co_return EndDialogue{std::move(service.paos), waited == Waited::Stopped ? ports.stop.peek() : noAnswer(ports)};
    const auto chosen = co_await std::move(asking);
    service.granted = service.rights.required | (chosen & service.rights.optional);
    co_return SelectCard<ServiceSession>{std::move(service)};
}

} // namespace eidkern
