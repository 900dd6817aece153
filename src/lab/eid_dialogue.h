// One login as the eID-Server sees it (TR-03124-1 3.5, TR-03112-7 3.6): PAOS messages in, PAOS messages out, no sockets.
// Every check that fails ends the dialogue with StartPAOSResponse and a minor that fits; nothing is read after that.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/paos.h"
#include "core/random.h"
#include "lab/card_reading.h"
#include "lab/card_security.h"
#include "lab/pki.h"
#include "lab/session.h"

namespace eidkern::lab
{

struct ServiceRequest // what the service asks for
{
    std::optional<Rights> required = Rights{};  // nothing: the element is not sent
    std::optional<Rights> optional = Rights{Right::ReadDg1, Right::ReadDg2, Right::ReadDg3,  Right::ReadDg4,  Right::ReadDg5,  Right::ReadDg6, Right::ReadDg7,
                                            Right::ReadDg8, Right::ReadDg9, Right::ReadDg10, Right::ReadDg13, Right::ReadDg17, Right::ReadDg19};
    std::optional<int> requiredAge = {};        // years; with it AgeVerification joins the optional rights, unless it is required
    std::optional<Bytes> communityId = {};      // where the holder should live, the first bytes of it; likewise AddressVerification
    bool documentValidity = false;              // let the card verify that it has not expired today
    std::string transactionInfo = {};
    std::vector<EidType> acceptedEidTypes = {}; // empty: not sent
    bool initializeFramework = false;           // ask for that first
    bool linkInEac2 = false;                    // a link certificate of the PKI comes only with EAC2, when the card has named its trust point
    bool didList = false;                       // ask for that, too
    bool disconnect = false;                    // at the end
    bool signLater = false;                     // the signature comes with EACAdditionalInputType
    ReadingStyle reading = {};

    Rights checks() const;         // that the above let the card make, as rights
    Rights terminalRights() const; // what the AT must hold for this
};

class EidDialogue
{
public:
    EidDialogue(const LabPki& pki, const ServiceRequest& request, SessionRecord& record, Random& random, const Clock& clock);

    paos::ServerMessage answer(const paos::ClientMessage& message);
    bool isOver() const { return turn_ == Turn::Over; }

private:
    enum class Turn { StartPaos, InitializeFramework, DidList, Disconnect, Eac1, ChallengeOnly, Eac2, Transmit, Over }; // whose answer is awaited

    paos::ServerBody next(const paos::ClientMessage& message);
    paos::ServerBody begin();
    paos::ServerBody sendEac1();
    paos::ServerBody take(const paos::Eac1Output& output);
    paos::ServerBody takeSignatureRequest(const paos::Eac2Output& output);
    paos::ServerBody take(const paos::Eac2Output& output);
    paos::ServerBody take(const paos::TransmitResponse& response);
    paos::ServerBody sendBatch();
    paos::ServerBody finish();
    paos::ServerBody end(paos::ResultOf result);
    paos::ServerBody fail(std::string_view minor, std::string reason) { return end(paos::ResultOf::error(minor, std::move(reason))); }

    const LabPki& pki_;
    const ServiceRequest& request_;
    SessionRecord& record_;
    Random& random_;
    const Clock& clock_;
    Turn turn_ = Turn::StartPaos;
    Bytes auxiliaryData_;            // tag 67, or empty
    Bytes efCardAccess_, challenge_; // of EAC1Output
    Bytes signature_;
    std::optional<EcKey> ephemeral_;
    std::optional<CardReading> reading_;
};

} // namespace eidkern::lab
