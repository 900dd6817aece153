// What an engine tells its embedder, one value per event, in the order in which it happens. Every event is delivered from the
// Qt event loop, never from inside a call of the embedder's; the handler may call the engine, or destroy it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "eidkern/failure.h"
#include "eidkern/secret.h"

namespace eidkern
{

enum class QuestionId : std::uint64_t {}; // of one question; never used twice

struct StateEntered
{
    std::string_view state; // names are stable: see docs/life-of-an-authentication.md
    int percent;            // never falls during a workflow
};

enum class TermsFormat { PlainText, Html, Pdf };

struct ServiceDescription // who asks, from the CertificateDescription
{
    std::string name, url;
    std::string issuerName, issuerUrl; // who gave the authorisation
    std::string purpose;               // termsOfUsage, if that is plain text
    std::string validFrom, validUntil; // YYYY-MM-DD
    TermsFormat termsFormat = TermsFormat::PlainText;
    std::string terms;                 // termsOfUsage as it was sent: text, HTML or a PDF's bytes; from outside, not sanitised
};

// Answer with Engine::grant(). Rights are named as in the AusweisApp SDK: "FamilyName", "AgeVerification", ...
struct RightsAsked
{
    QuestionId id;
    ServiceDescription service;
    std::vector<std::string> required, optional;
    std::optional<int> requiredAge; // years, with AgeVerification
    std::string communityId;        // hex, with AddressVerification
    std::string transactionInfo;    // must be shown, if there is any
    std::string bornUntil = {}, validOn = {}; // YYYY-MM-DD, with AgeVerification, and where the document's validity is verified; else empty
};

enum class Password { Can, Pin, Puk };

// Answer with Engine::enter(). The CAN is asked before the last try of a PIN, the PUK when the PIN is blocked.
struct PasswordAsked
{
    QuestionId id;
    Password password;
    int triesLeft;    // of the PIN
    bool wrongBefore; // what was entered for this question before was wrong
    int fewestDigits = 6, mostDigits = 6; // of an answer. PIN: 5 and 6 where the five-digit transport PIN is taken, too; PUK: 10
};

// In Engine::changePin(), when the PIN was right: answer with Engine::enter(), six digits. That both entries of a person agree, and
// that they are not too easy, is the asker's to see to: the card takes any six digits. Asked again when the card was away.
struct NewPinAsked
{
    QuestionId id;
};

// The reader takes the new PIN itself, twice: the person is to enter it there. Answered like PasswordWantedAtReader.
struct NewPinWantedAtReader
{
    QuestionId id;
};

// The reader takes the password itself: the person is to enter it there, and the engine never has it. With
// EngineSettings::padsWait the reader does not begin before Engine::enterAtReader(); else there is nothing to answer.
struct PasswordWantedAtReader
{
    Password password;
    int triesLeft;    // of the PIN
    bool wrongBefore; // what was entered for this before was wrong
    QuestionId id;
};

// The workflow goes to its end, but the reader still waits for a password, or a new PIN: ask the person to cancel at the reader. It
// takes no other workflow before that, or before its own time limit is over.
struct ReaderStillWaits
{
};

struct CardWanted
{
    bool anotherType; // there is a card, of a type that the service does not accept
};

struct CardFound
{
    std::string reader, type; // type: CardCertified, SECertified, SEEndorsed, HWKeyStore
    int triesLeft;            // of the PIN: 3 .. 0
    bool deactivated;         // the online function is switched off
    std::string fingerprint = {}; // of what the card says of itself before a password: two with different ones are two cards. Cards of one
                                  // generation may have the same
    bool passwordAtReader = false; // the reader takes passwords itself
};

// A service has shown a new link certificate, and it leads to a trust anchor: keep it, and give it to the next engine as
// EngineSettings::linkCertificates. Services that do not send it any more are then still accepted.
struct LinkCertificateLearned
{
    std::vector<std::uint8_t> certificate; // 7F21
};

// The last event of a workflow.
struct WorkflowFinished
{
    std::optional<Failure> failure; // none: success
    int browserStatus;              // what the browser is to be answered: 303 with a location, or 400 or 404 and a page; 0: no browser
    std::string browserLocation;
    Secret ownData;                 // of a self-authentication: JSON with PersonalData and OperationsAllowedByUser
};

using Event = std::variant<StateEntered, RightsAsked, PasswordAsked, PasswordWantedAtReader, NewPinAsked, NewPinWantedAtReader, ReaderStillWaits, CardWanted,
                           CardFound, LinkCertificateLearned, WorkflowFinished>;

} // namespace eidkern
