// What the workflows and the card layer say to each other.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "core/bytes.h"
#include "core/chat.h"
#include "core/cvc.h"
#include "eidkern/secret.h"

namespace eidkern
{

enum class CardFault {
    Removed,       // card or reader gone: no more use in trying
    CommandFailed, // no answer, an answer without status word, or the channel's secure messaging broke
    Protocol,      // an answer that the protocol does not allow: status word, structure, token
    WrongLength,   // 6700: card or reader refuse the length of an APDU
    WrongPassword, // PIN, CAN or PUK; the new retry state is in the card's PinState
    PukUsedUp,     // the PUK was right, but its uses are spent
    CancelledAtReader, // by the person, instead of entering the password at the reader
    EntryTimedOut,     // nobody entered it there in the reader's own time
    NewPinsDiffer,     // the new PIN was entered there twice, and differently
    NewPinLength,      // it has too few or too many digits
    CancelledAtPeer,   // the same two, where the reader is another device with a person of its own
    NewPinsDifferAtPeer
};
std::string_view name(CardFault fault); // info key Card_Return_Code

template<typename T> using CardResult = tl::expected<T, CardFault>;

enum class EidType { CardCertified, SeCertified, SeEndorsed, HwKeyStore };
std::string_view name(EidType type); // as in AcceptedEIDType

enum class PasswordId : std::uint8_t { Mrz = 1, Can = 2, Pin = 3, Puk = 4 };
std::string_view name(PasswordId id);

struct PinState // from MSE:Set AT
{
    int triesLeft = 3;         // 3 .. 0: 1 = suspended (the CAN is needed first), 0 = blocked (the PUK is needed)
    bool deactivated = false;  // the online function is switched off
    bool operator==(const PinState&) const = default;
};

struct RecognisedCard
{
    std::string reader;
    EidType type = EidType::CardCertified;
    PinState pin;
    Bytes efCardAccess = {};       // SecurityInfos
    bool passwordAtReader = false; // the reader takes passwords itself: pace() gets none
};

struct PaceInput
{
    PasswordId password = PasswordId::Pin;
    Secret secret;            // ASCII digits; for the MRZ its key material; empty where the reader takes it itself
    std::optional<Chat> chat; // for a login; none to resume with the CAN or to unblock with the PUK
    Bytes certificateDescription = {}; // DER, with a chat: for a reader that shows who asks; may be empty
};

struct PaceOutput
{
    Bytes efCardAccess;
    Bytes idPicc;            // x coordinate of the card's ephemeral key
    std::string car, carPrevious; // trust points that the card named; empty if none
};

struct EacInput // terminal and chip authentication in one go
{
    std::vector<CvCertificate> chain; // as chainForCard() gives it
    Bytes auxiliaryData;              // 67 with tag and length, or empty
    Bytes ephemeralPublicKey;         // of the server, uncompressed point
    Bytes signature;                  // r || s
};

struct EacOutput
{
    Bytes efCardSecurity, nonce, authenticationToken;
};

} // namespace eidkern
