// The messages of PAOS (TR-03112-7, ISO 24727-3) as values. The XML around them is network's business.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/auxiliary_data.h"
#include "core/card_values.h"
#include "core/certificate_description.h"

namespace eidkern::paos
{

struct ResultOf // dss:Result
{
    std::string major = "http://www.bsi.bund.de/ecard/api/1.1/resultmajor#ok";
    std::string minor = {};   // whole URI
    std::string message = {};
    bool isOk() const { return major == "http://www.bsi.bund.de/ecard/api/1.1/resultmajor#ok" && minor.empty(); }
    static ResultOf error(std::string_view minorBehindPrefix, std::string message); // "/sal#cancellationByUser" -> whole URI
};

// --- from the server

struct InitializeFramework
{
};

struct Eac1Input // DIDAuthenticate with EAC1InputType
{
    std::vector<EidType> acceptedEidTypes;        // as sent; empty: not sent
    std::vector<CvCertificate> certificates;      // at least one
    Bytes descriptionDer;                         // empty: the element is missing or empty
    std::optional<CertificateDescription> description;
    std::optional<Rights> requiredRights, optionalRights; // not sent: nothing
    Bytes auxiliaryDataTlv;                       // as it goes to the card; empty: not sent
    AuxiliaryData auxiliaryData;
    std::string transactionInfo;
};

struct Eac2Input
{
    std::vector<CvCertificate> certificates;
    Bytes ephemeralPublicKey;
    Bytes signature; // empty: the server wants to sign later
};

struct EacAdditionalInput
{
    Bytes signature;
};

struct InputApdu
{
    Bytes apdu;
    std::vector<Bytes> acceptableStatusCodes; // one or two bytes each; none: every status word
};

struct Transmit
{
    std::string slotHandle;
    std::vector<InputApdu> apdus; // at least one
};

struct StartPaosResponse
{
    ResultOf result;
};

struct DidList
{
};

struct Disconnect
{
};

using ServerBody = std::variant<InitializeFramework, Eac1Input, Eac2Input, EacAdditionalInput, Transmit, StartPaosResponse, DidList, Disconnect>;
std::string_view name(const ServerBody& body); // the message's name: "DIDAuthenticateEAC1", "Transmit", ...

struct ServerMessage
{
    std::string messageId; // wsa:MessageID; empty if the server sent none
    ServerBody body;
};

// --- from the client

struct StartPaos
{
    std::string sessionIdentifier;
};

struct InitializeFrameworkResponse
{
};

struct Eac1Output
{
    Chat chat;
    std::vector<std::string> certificationAuthorityReferences; // only those for which no chain could be built
    Bytes efCardAccess, idPicc, challenge;
};

struct Eac2Output // with only `challenge` set: asks for the signature
{
    Bytes efCardSecurity, authenticationToken, nonce, challenge;
};

struct TransmitResponse
{
    std::vector<Bytes> outputApdus;
};

struct Eac1Failed
{
}; // DIDAuthenticateResponse of type EAC1OutputType that only carries an error
struct Eac2Failed
{
};
struct InitializeFrameworkFailed
{
};

struct DidListResponse // of the one DID there is: the PIN
{
};
struct DisconnectResponse
{
};

using ClientBody = std::variant<StartPaos, InitializeFrameworkResponse, Eac1Output, Eac2Output, TransmitResponse, Eac1Failed, Eac2Failed,
                                InitializeFrameworkFailed, DidListResponse, DisconnectResponse>;
std::string_view name(const ClientBody& body);

struct ClientMessage
{
    std::string messageId; // urn:uuid:...
    std::string relatesTo; // the last MessageID of the server; empty: left out
    ResultOf result = {};
    ClientBody body;
};

} // namespace eidkern::paos
