// What exists while a login runs. Contexts nest and move whole from state to state: TokenSession in PaosSession in
// ServiceSession in CardSession (card_states.h). What a state's struct holds is what there is; what it does not hold is gone.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workflows/ports.h"

namespace eidkern
{

struct EndDialogue;
struct SendEac1;

struct CardPercents // of the states of card_states.h, in one workflow
{
    int selectCard, enterPassword, establishPace;
};

// Which TLS certificates belong to the service: the hashes of its CertificateDescription.
struct CommCertificates
{
    std::vector<Bytes> hashes;
    std::vector<HashAlgorithm> algorithms; // with which they may have been made

    bool contains(ByteView certificateDer) const;
};

struct TokenSession
{
    Url tcTokenUrl;                                // the original one, before any redirect
    std::vector<Bytes> seenCertificates;           // DER, of every TLS connection so far
    bool readable = false;                         // the tcToken had the form of one
    std::optional<Url> refreshAddress, communicationErrorAddress;
    std::optional<Url> subjectUrl;                 // once a CertificateDescription has come
    std::optional<CommCertificates> commCertificates;
};

struct Spent // of the budgets of a login
{
    int messages = 0;
    std::size_t bytes = 0, apdus = 0;
};

struct PaosSession
{
    TokenSession token;
    Url server;
    std::string sessionIdentifier;                    // of the tcToken, and the PSK's identity
    std::optional<Secret> psk;                        // nothing: attached, see `channel`
    std::unique_ptr<WebChannel> channel = {};         // with PSK: opened with the first message, and again if the server closes between
                                                      // two. Attached: the one that brought the token, or a resumed session of it
    Spent spent = {};
    std::string lastMessageId = {};                   // of the server
    std::optional<std::size_t> unanswered = {};       // index of the ServerBody that waits for our answer
    std::optional<Pending<WebReply>> serversTurn = {}; // an exchange that a stop has left open
};

struct ServiceSession
{
    using Failed = EndDialogue;
    using Proven = SendEac1;
    static constexpr CardPercents percents{35, 40, 45};

    PaosSession paos;
    std::vector<CvCertificate> pool; // everything the server sent, and known links
    CvCertificate terminal;
    std::vector<EidType> acceptedEidTypes;
    Bytes auxiliaryData;
    Bytes certificateDescription; // DER, for a reader that shows it
    RightsQuestion rights;
    Rights granted; // what the card and the server are told

    static PasswordId goal() { return PasswordId::Pin; }
    static bool unblocks() { return true; }
    static constexpr bool takesTransportPin = false; // the card accepts no login with it
    bool accepts(EidType type) const;
    EndDialogue failed(Failure why);
};

} // namespace eidkern
