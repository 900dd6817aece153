#include "lab/eid_dialogue.h"

#include <algorithm>

#include "lab/read_data_groups.h"

namespace eidkern::lab
{

namespace
{

constexpr std::string_view parameterError = "/al/common#parameterError", internalError = "/al/common#internalError", noPermission = "/al/common#noPermission",
                           notGenuine = "/sal#securityConditionNotSatisfied", expired = "/sal/mEAC#DocumentValidityVerificationFailed";

Date yearsBefore(Date day, int years) // 29 February: the day before 1 March
{
    return validDate(day.year - years, day.month, day.day).value_or(Date{day.year - years, day.month, day.day - 1});
}

std::string freshMessageId(Random& random)
{
    auto bytes = random.bytes(16);
    bytes[6] = std::uint8_t((bytes[6] & 0x0F) | 0x40); // RFC 4122 4.4
    bytes[8] = std::uint8_t((bytes[8] & 0x3F) | 0x80);
    auto text = toHex(bytes);
    for (const auto at : {8, 13, 18, 23}) text.insert(std::size_t(at), 1, '-');
    return "urn:uuid:" + text;
}

Bytes auxiliaryData(const ServiceRequest& request, Date today)
{
    AuxiliaryData data;
    if (request.requiredAge) data.dateOfBirth = yearsBefore(today, *request.requiredAge);
    if (request.documentValidity) data.dateOfExpiry = today;
    data.communityId = request.communityId;
    return data.dateOfBirth || data.dateOfExpiry || data.communityId ? encode(data) : Bytes();
}

} // namespace

Rights ServiceRequest::checks() const
{
    Rights checks;
    if (requiredAge) checks.add(Right::AgeVerification);
    if (communityId) checks.add(Right::CommunityVerification);
    return checks;
}

Rights ServiceRequest::terminalRights() const
{
    const auto unsent = required ? Rights() : *ServiceRequest().optional; // neither is sent: the client offers all that the AT has
    return required.value_or(Rights()) | optional.value_or(unsent) | checks();
}

EidDialogue::EidDialogue(const LabPki& pki, const ServiceRequest& request, SessionRecord& record, Random& random, const Clock& clock)
    : pki_(pki), request_(request), record_(record), random_(random), clock_(clock)
{
    record_.offered = pki_.at.chat.rights;
}

paos::ServerMessage EidDialogue::answer(const paos::ClientMessage& message)
{
    record_.received.push_back({std::string(paos::name(message.body)), message.result});
    paos::ServerMessage reply{freshMessageId(random_), next(message)};
    record_.sent.emplace_back(paos::name(reply.body));
    return reply;
}

paos::ServerBody EidDialogue::next(const paos::ClientMessage& message)
{
    if (turn_ == Turn::Over) return fail(parameterError, "this dialogue is over");
    if (!message.result.isOk())
    {
        auto result = message.result; // said back: the first error decides
        if (result.minor.empty()) result = paos::ResultOf::error("/al/common#unknownError", "the client gave no reason");
        return end(std::move(result));
    }
    const auto& body = message.body;
    if (const auto* start = std::get_if<paos::StartPaos>(&body); start && turn_ == Turn::StartPaos)
    {
        if (start->sessionIdentifier != record_.id) return fail(parameterError, "SessionIdentifier is not the PSK identity");
        if (!request_.initializeFramework) return begin();
        turn_ = Turn::InitializeFramework;
        return paos::InitializeFramework{};
    }
    if (std::holds_alternative<paos::InitializeFrameworkResponse>(body) && turn_ == Turn::InitializeFramework) return begin();
    if (std::holds_alternative<paos::DidListResponse>(body) && turn_ == Turn::DidList) return sendEac1();
    if (std::holds_alternative<paos::DisconnectResponse>(body) && turn_ == Turn::Disconnect) return end({});
    if (const auto* output = std::get_if<paos::Eac1Output>(&body); output && turn_ == Turn::Eac1) return take(*output);
    if (const auto* output = std::get_if<paos::Eac2Output>(&body); output && turn_ == Turn::ChallengeOnly) return takeSignatureRequest(*output);
    if (const auto* output = std::get_if<paos::Eac2Output>(&body); output && turn_ == Turn::Eac2) return take(*output);
    if (const auto* response = std::get_if<paos::TransmitResponse>(&body); response && turn_ == Turn::Transmit) return take(*response);
    return fail(parameterError, std::string(paos::name(body)) + " was not expected here");
}

paos::ServerBody EidDialogue::begin()
{
    if (!request_.didList) return sendEac1();
    turn_ = Turn::DidList;
    return paos::DidList{};
}

paos::ServerBody EidDialogue::sendEac1()
{
    turn_ = Turn::Eac1;
    auxiliaryData_ = auxiliaryData(request_, clock_.today());
    auto optional = request_.optional;
    if (optional) *optional = *optional | (request_.checks() - request_.required.value_or(Rights()));
    return paos::Eac1Input{.acceptedEidTypes = request_.acceptedEidTypes,
                           .certificates = request_.linkInEac2 || !pki_.link ? std::vector{pki_.at, pki_.dv} : std::vector{pki_.at, pki_.dv, *pki_.link},
                           .descriptionDer = pki_.description,
                           .description = parseCertificateDescription(pki_.description),
                           .requiredRights = request_.required,
                           .optionalRights = optional,
                           .auxiliaryDataTlv = auxiliaryData_,
                           .auxiliaryData = parseAuxiliaryData(auxiliaryData_).value_or(AuxiliaryData()),
                           .transactionInfo = request_.transactionInfo};
}

paos::ServerBody EidDialogue::take(const paos::Eac1Output& output)
{
    record_.effective = output.chat.rights;
    record_.carsWithoutChain = output.certificationAuthorityReferences;
    const bool forTerminal = output.chat.isAuthenticationTerminal() && output.chat.role == Role::Terminal;
    if (!forTerminal) return fail(parameterError, "the effective CHAT is not that of a terminal");
    if (!record_.offered.contains(output.chat.rights)) return fail(noPermission, "the effective CHAT goes beyond what was offered");
    const auto required = request_.required.value_or(Rights()) & pki_.at.chat.rights;
    if (!output.chat.rights.contains(required)) return fail(noPermission, "a required right was taken away");
    const auto curve = chipAuthenticationCurve(output.efCardAccess);
    if (!curve) return fail(parameterError, "EFCardAccess names no usable domain parameters for chip authentication");
    const auto infos = card::parseSecurityInfos(output.efCardAccess);
    const bool fits = infos && std::ranges::any_of(infos->pace, [&](const auto& pace) {
                          return Curve::standard(pace.parameterId)->fieldSize() == output.idPicc.size();
                      });
    if (!fits) return fail(parameterError, "IDPICC has a wrong length");
    if (output.challenge.size() != 8) return fail(parameterError, "the challenge has a wrong length");

    // A trust point without a chain is helped by the link certificate, if there is one; else the client decides.
    efCardAccess_ = output.efCardAccess;
    challenge_ = output.challenge;
    ephemeral_ = generateKey(*curve, random_);
    const auto toSign = concat({output.idPicc, output.challenge, xCoordinate(ephemeral_->point), auxiliaryData_}); // TR-03110-3 B.4.3
    signature_ = pki_.signTerminal(toSign);
    turn_ = request_.signLater ? Turn::ChallengeOnly : Turn::Eac2;
    const bool linkNow = request_.linkInEac2 && pki_.link;
    return paos::Eac2Input{.certificates = linkNow ? std::vector{*pki_.link} : std::vector<CvCertificate>(),
                           .ephemeralPublicKey = ephemeral_->point,
                           .signature = request_.signLater ? Bytes() : signature_};
}

paos::ServerBody EidDialogue::takeSignatureRequest(const paos::Eac2Output& output)
{
    const bool sameAgain = output.challenge == challenge_ && output.efCardSecurity.empty();
    if (!sameAgain) return fail(parameterError, "the challenge is another one than in EAC1OutputType");
    turn_ = Turn::Eac2;
    return paos::EacAdditionalInput{signature_};
}

paos::ServerBody EidDialogue::take(const paos::Eac2Output& output)
{
    const auto infos = verifyCardSecurity(output.efCardSecurity, efCardAccess_, pki_.trustedCscas, clock_.today());
    if (!infos) return fail(notGenuine, infos.error());
    const auto keys = verifyChipAuthentication(*infos, *ephemeral_, output.nonce, output.authenticationToken);
    if (!keys) return fail(notGenuine, keys.error());
    std::vector<Verification> verifications;
    if (request_.requiredAge && record_.effective.has(Right::AgeVerification)) verifications.push_back(Verification::Age);
    if (request_.communityId && record_.effective.has(Right::CommunityVerification)) verifications.push_back(Verification::Community);
    if (request_.documentValidity) verifications.push_back(Verification::DocumentValidity);
    const bool pseudonym = pki_.sectorKey && record_.effective.has(Right::RestrictedIdentification);
    reading_.emplace(*keys, record_.effective, verifications, pseudonym ? pki_.sectorKeyObject() : Bytes(), request_.reading);
    turn_ = Turn::Transmit;
    return sendBatch();
}

paos::ServerBody EidDialogue::sendBatch()
{
    auto apdus = reading_->nextBatch();
    if (apdus.empty()) return finish();
    return paos::Transmit{.slotHandle = "00", .apdus = std::move(apdus)};
}

paos::ServerBody EidDialogue::take(const paos::TransmitResponse& response)
{
    if (!reading_->take(response.outputApdus)) return fail(notGenuine, "the card's answers do not fit the commands or their secure messaging");
    return sendBatch();
}

paos::ServerBody EidDialogue::finish()
{
    const auto& verdicts = reading_->verdicts();
    const auto verdict = [&](Verification what) -> std::optional<bool> {
        const auto it = verdicts.find(what);
        return it == verdicts.end() ? std::nullopt : std::optional(it->second);
    };
    record_.ageVerified = verdict(Verification::Age);
    record_.communityVerified = verdict(Verification::Community);
    record_.documentValid = verdict(Verification::DocumentValidity);
    if (record_.documentValid == false) return fail(expired, "the card has expired");
    auto groups = reading_->takeDataGroups();
    for (const auto& [number, file] : groups)
        if (!readDataGroup(number, file.view())) return fail(internalError, "data group " + std::to_string(number) + " is malformed");
    record_.dataGroups = std::move(groups);
    record_.pseudonym = reading_->takePseudonym();
    if (!request_.disconnect) return end({});
    turn_ = Turn::Disconnect;
    return paos::Disconnect{};
}

paos::ServerBody EidDialogue::end(paos::ResultOf result)
{
    turn_ = Turn::Over;
    reading_.reset();
    if (!record_.outcome) record_.outcome = result;
    return paos::StartPaosResponse{std::move(result)};
}

} // namespace eidkern::lab
