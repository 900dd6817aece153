// One workflow as a client sees it: an engine, the state that waits for the client's command, and what is said about both.
//
// The engine knows more states than a client, and asks again where a client is not to notice: when a card was away and is back, what
// was entered for it counts once more, unless it is another card, or its retry counter has changed.
#pragma once
#include <chrono>

#include "contract/command.h"
#include "eidkern/engine.h"
#include "sdk/conversation.h"
#include "sdk/readers.h"
#include "sdk/rights_question.h"

namespace eidkern::sdk
{

class Flow;

class FlowHost // the client, as long as it is there
{
public:
    virtual ~FlowHost() = default;
    virtual void say(const std::string& message) = 0;
    virtual int level() const = 0;
    virtual Readers& readers() = 0;
    virtual void looksAtCards() = 0; // some workflow has begun to, or does not any more
    virtual void ended(Flow& flow) = 0; // after its last message; may destroy it
};

struct FlowOptions
{
    WorkflowName workflow = WorkflowName::Auth;
    bool developerMode = false; // the engine's
    bool status = true; // automatic STATUS messages
    Language language = Language::English;
    std::string session = {}; // empty: there is only one
    std::string simulator = {}; // the reader for its simulated cards; empty: there is none
    std::function<void(const std::vector<std::uint8_t>& certificate)> linkLearned = [](const auto&) {};
};

class Flow
{
public:
    Flow(FlowHost& host, std::unique_ptr<Engine> engine, FlowOptions options);

    void authenticate(std::optional<std::string> tcTokenUrl, Activator::AnswerBrowser browser = {});
    void changePin();
    void leave(std::function<void()> unwound); // the client has gone: ends politely, says nothing; `unwound` may destroy this
    void browserGone() { engine_->browserGone(); }
    std::unique_ptr<Engine> takeEngine() { return std::move(engine_); } // when it has ended, for the next one

    Situation situation() const { return {true, state_}; }
    message::Status status() const;
    bool looksAtCards() const { return looksAtCards_; }
    bool hasBrowser() const { return bool(browser_); }
    const FlowOptions& options() const { return options_; }

    // The client's commands, each in the state where it is allowed. Refused ones are answered, with `request`.
    void tellRights(Json request, std::string_view refusal = {});
    void keepRights(const command::SetAccessRights& command, Json request);
    void tellCertificate(Json request);
    void accept();
    void cancel();
    void goOn(); // CONTINUE
    void setCard(command::SetCard& command, Json request);
    template<typename Set>
    void enter(Set& command, Json request); // SET_PIN, SET_CAN, SET_PUK, SET_NEW_PIN

private:
    static constexpr int allTries = 3; // of a PIN that has been right

    struct Question // the engine's, for a secret
    {
        State state = State::EnterPin;
        QuestionId id = {};
        int triesLeft = 0;
        bool atReader = false;
        std::size_t fewestDigits = 6, digits = 6;
    };
    struct Entered // what the client answered: good for the same card, if that was away
    {
        State state = State::EnterPin;
        std::string reader = {}, card = {}; // its fingerprint
        int triesLeft = 0;
        Secret secret = {}; // empty: the entry is at the reader
    };

    void handle(Event& event);
    void on(const StateEntered& event);
    void on(RightsAsked& event);
    void on(const PasswordAsked& event);
    void on(const PasswordWantedAtReader& event);
    void on(const NewPinAsked& event) { ask({State::EnterNewPin, event.id, allTries}); }
    void on(const NewPinWantedAtReader& event) { ask({State::EnterNewPin, event.id, allTries, true}); }
    void on(const ReaderStillWaits&) {}
    void on(const CardWanted& event);
    void on(const CardFound& event);
    void on(const LinkCertificateLearned& event) { options_.linkLearned(event.certificate); }
    void on(const WorkflowFinished& event);

    void report(int progress, std::string_view text);
    void lookAtCards(bool look);
    void selectsCard(std::string_view before);
    void passwordWasRight();
    bool cardLiesBadly();
    void ask(Question question);
    void tellQuestion();
    void tellInsertCard(Json request = {}, std::string_view refusal = {});
    void tellEntry(State state, Json request, std::string_view refusal = {});
    void answer(Secret secret);
    void deliver(Secret secret);
    Secret simulatedPassword() const;
    template<typename M>
    void say(M message);

    FlowHost* host_; // null: has gone
    const FlowOptions options_;
    Activator::AnswerBrowser browser_ = {};
    std::function<void()> unwound_ = {};

    std::optional<State> state_ = {}; // that waits for the client
    int progress_ = 0;
    std::string_view progressText_ = {}, engineState_ = {};
    bool cancelled_ = false, looksAtCards_ = false;

    std::optional<RightsQuestion> rights_ = {};

    std::string reader_ = {}, card_ = {}; // of the card that was found last: its reader and fingerprint
    std::string shownCard_ = {};
    std::optional<ReaderInfo> shown_ = {};    // in the question that the client sees
    Question asked_ = {};                 // last
    bool questionOpen_ = false;           // the engine still waits for its answer
    std::optional<Entered> entered_ = {};
    bool cardIsNew_ = false;              // found since the last question
    bool insertLater_ = false;            // a card is wanted, but the client is busy with an older state
    int lostInPace_ = 0;
    std::chrono::steady_clock::duration timeLost_ = {};
    std::chrono::steady_clock::time_point paceBegan_ = {};

    std::unique_ptr<Engine> engine_; // last: dies first
};

} // namespace eidkern::sdk
