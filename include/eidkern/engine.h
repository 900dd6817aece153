// The eID client engine: one object runs one workflow at a time, on the thread that made it, in that thread's Qt event loop.
// Engines share nothing: several may run side by side. Destroying one ends its workflow at once and without an event.
//
//     eidkern::Engine engine({.trustAnchors = anchors, .cards = {card}});
//     engine.authenticate("https://service.example/tctoken?id=7", [&](eidkern::Event& event) { ... });
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eidkern/cards.h"
#include "eidkern/events.h"
#include "eidkern/export.h"
#include "eidkern/proxy.h"

namespace eidkern
{

struct EngineSettings
{
    std::vector<TrustAnchor> trustAnchors; // roots of service certificates; without any no service is accepted
    std::vector<SimulatedCard> cards;
    std::function<void(const std::string& jsonLine)> log; // one object a line; holds no secrets and no personal data
    std::vector<std::vector<std::uint8_t>> linkCertificates = {}; // of LinkCertificateLearned; verified again in each login
    ProxyFor proxy = {}; // nothing: no proxies
    std::string tlsProfile = "default"; // one of tlsProfiles(), else the constructor throws std::invalid_argument
    std::chrono::milliseconds grace = std::chrono::seconds(20); // after cancel(): for telling the server and the browser
    bool pcscReaders = false;              // cards in readers of PC/SC too; see also finishPcsc() in readers.h
    std::string pcscReader = {};           // only in the reader of this name; empty: in any
    // For bringing services into operation with test cards: refuses what leads to a trust anchor of the production PKI. It is
    // only stricter: no check is left out or relaxed for it.
    bool developerMode = false;
    bool canAllowed = false;           // services on site: the right CanAllowed is offered wherever the service's certificate has it. Who grants it
                                       // is asked for the CAN, and for no PIN
    bool deactivatedCardsWait = false; // for another card: a card whose online function is switched off is no failure
    bool padsWait = false;             // see PasswordWantedAtReader and NewPinWantedAtReader
};

enum class AnswerResult {
    Accepted,
    NotAsked,  // no question of this id is open (any more); the answer is wiped
    Malformed  // not what this question can be answered with, e.g. a PIN that is not six digits; the question stays open
};

class EIDKERN_API Engine
{
public:
    using Handler = std::function<void(Event&)>;

    explicit Engine(EngineSettings settings);
    ~Engine();
    Engine(const Engine&) = delete;

    // Starts a workflow. False: one is running, nothing happens. Without tcTokenURL (a browser named none) it ends with
    // Parse_TcToken_Missing_Url.
    bool authenticate(std::optional<std::string> tcTokenUrl, Handler handler);
    bool selfAuthenticate(std::string tcTokenUrl, Handler handler); // ends with the holder's own data

    // Without a service: the same questions about the card as in a login, and nobody else is told. False: as above. No failure:
    //   changePin      the new PIN is set. The PIN that is asked first may be the transport PIN.
    //   unblock        the PIN can be used again, or could all the time (CardFound::triesLeft): then no PUK was asked, because it has ten uses.
    //   checkPassword  the password was right. With a PIN the tries are back at three; if it is blocked, the PUK is asked, and used, first.
    // A card that is taken away is waited for. If it comes back before the new PIN is set, the PIN that was right is used again
    // without a question; another card gets nothing of it. A card that goes while the new PIN is being set, and does not come back or
    // does not take the old one any more, ends with Change_Pin_Unrecoverable: perhaps the new one is valid.
    bool changePin(Handler handler);
    bool unblock(Handler handler);
    bool checkPassword(Password password, Handler handler);
    bool running() const;

    AnswerResult grant(QuestionId question, const std::vector<std::string>& optionalRights); // required ones are always granted
    AnswerResult enter(QuestionId question, Secret password); // also the new PIN
    AnswerResult enterAtReader(QuestionId question);

    // The user wants to stop. A new PIN that is on its way to the card is still set. The server and the browser are still told, for at most the settings'
    // grace time; WorkflowFinished follows.
    void cancel();

    // The browser that waits for the answer has closed its connection: cancel(), and where that comes too late to change the
    // result, the workflow ends with Browser_Send_Failed.
    void browserGone();

private:
    class EIDKERN_LOCAL Impl;
    std::unique_ptr<Impl> impl_;
};

EIDKERN_API std::string_view version();
EIDKERN_API std::vector<std::string> tlsProfiles(); // what the client may offer and insist on in TLS: resources/tls-profiles.json

// The transitions of a workflow, as its code has them. Names: those of workflows(); else empty.
struct Transition
{
    std::string_view from, to;
};
EIDKERN_API std::vector<Transition> transitions(std::string_view workflow);
EIDKERN_API std::vector<std::string_view> workflows(); // "authentication", "self-authentication", "change-pin", "unblock-pin", "check-password"

} // namespace eidkern
