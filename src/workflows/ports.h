// Everything a workflow may touch. The product fills these from src/card and src/network (src/engine does), tests pass their
// own. Nothing here blocks; whatever takes time is a Pending, and dropping it abandons the operation.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/card_values.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/paos.h"
#include "core/pending.h"
#include "core/random.h"
#include "core/result.h"
#include "core/tc_token.h"
#include "core/web.h"

namespace eidkern
{

// One TLS connection to one server, with HTTP/1.1 on top. Never a hidden retry, one operation at a time.
class WebChannel
{
public:
    virtual ~WebChannel() = default;
    virtual Pending<WebOpened> open(const Url& url, std::optional<Psk> psk, TlsJudge judge) = 0; // with a PSK: RSA-PSK suites only
    virtual Pending<WebOpened> resume(const Url& url, TlsJudge judge) = 0; // offers the session of open(); TlsFacts::resumed: taken
    virtual Pending<WebReply> exchange(const WebRequest& request) = 0;
    virtual bool isOpen() const = 0;
};

class Web
{
public:
    virtual ~Web() = default;
    virtual std::unique_ptr<WebChannel> channel() = 0;
    virtual KeySizes smallestKeys() const = 0; // of certificates and ephemeral keys
    virtual std::optional<Url> url(std::string_view text, const Url* base = nullptr) const = 0; // http and https only; nothing: not usable
    virtual std::optional<TcToken> parseTcToken(std::string_view xml) const = 0;
    virtual std::string encode(const paos::ClientMessage& message) const = 0;
    virtual std::optional<paos::ServerMessage> parsePaos(std::string_view xml) const = 0;
    virtual bool isOwnData(std::string_view json) const = 0; // an object with the objects PersonalData and OperationsAllowedByUser
};

// A recognised card, powered and in exclusive use. Destroying it resets and releases the card.
class Card
{
public:
    virtual ~Card() = default;
    virtual const RecognisedCard& about() const = 0; // pin: as of the last pace() or unblock()
    virtual Pending<CardResult<PaceOutput>> pace(PaceInput input) = 0;
    virtual Pending<CardResult<Done>> unblockPin() = 0; // after pace() with the PUK
    virtual Pending<CardResult<Done>> changePin(Secret newPin) = 0; // after pace() with the PIN; at a reader with a pad `newPin` is empty
    virtual Pending<CardResult<Bytes>> challenge() = 0; // 8 bytes
    virtual Pending<CardResult<EacOutput>> authenticate(EacInput input) = 0;
    virtual Pending<CardResult<Bytes>> transmit(Bytes apdu) = 0; // the server's, passed through
    virtual Pending<Done> removed() = 0; // once, when card or reader are gone
};

class Cards
{
public:
    virtual ~Cards() = default;
    // The next eID card that is there or comes; a card that cannot be connected is a failure. `wanted` is called when there
    // is none yet, and again when one was none or is gone already. Cards of another kind are passed over.
    virtual Pending<CardResult<std::unique_ptr<Card>>> next(std::function<void()> wanted) = 0;
    // What the reader of the card that next() has given answered last, e.g. "SCARD_W_RESET_CARD (0x80100068), transmit"; empty:
    // no such thing. Info key Reader_Result.
    virtual std::string readerResult() const { return {}; }
};

struct RightsQuestion
{
    CertificateDescription service;
    Date validFrom, validUntil;     // of the service's certificate
    Rights required, optional;
    std::optional<int> requiredAge; // years, with AgeVerification
    std::string communityId;        // prefix in hex, with CommunityVerification
    std::string transactionInfo;
};

struct PasswordQuestion
{
    PasswordId password;
    PinState pin;
    bool wrongBefore = false; // the previous answer to this question was wrong
    bool orTransportPin = false; // a PIN of five digits is an answer, too
};

struct BrowserAnswer
{
    int status = 303;     // 303 with a location; 400 or 404 with a page for people; 0: there is no browser
    std::string location;
};

class User
{
public:
    virtual ~User() = default;
    virtual void entered(std::string_view state, int percent) = 0;
    virtual void cardWanted(bool anotherType) = 0;       // no card there; anotherType: there is one, of a type that the service refuses
    virtual void cardFound(const RecognisedCard& card) = 0;
    virtual void linkLearned(const CvCertificate& certificate) = 0; // of a service; verified, and not among Ports::links
    virtual Pending<Rights> confirmRights(RightsQuestion question) = 0; // what of `optional` is granted; required is always included
    virtual Pending<Secret> password(PasswordQuestion question) = 0;
    virtual void passwordAtReader(const PasswordQuestion& question) = 0; // to be entered there; nothing to answer
    virtual Pending<Secret> newPin() = 0;
    virtual void newPinAtReader() = 0; // to be entered there, twice; nothing to answer
    virtual void readerStillWaits() = 0; // for what nobody needs any more: it can be cancelled at the reader only
    virtual bool answerBrowser(const BrowserAnswer& answer) = 0; // false: nobody is there any more
};

struct Ports
{
    Scheduler& scheduler;
    Clock& clock;
    Random& random;
    Log& log;
    Web& web;
    Cards& cards;
    User& user;
    const std::vector<CvCertificate>& trustAnchors;
    Promise<Failure> stopper; // first reason wins: user, card gone
    Pending<Failure> stop;
    std::vector<CvCertificate> refusedAnchors = {}; // of the trust anchors: in developer mode those of the production PKI
    std::vector<CvCertificate> links = {}; // known ones, not yet verified; learned ones join them
    std::string_view state = {}; // name of the state that runs now; set by the driver's observer
};

} // namespace eidkern
