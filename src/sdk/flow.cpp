#include "sdk/flow.h"

#include <algorithm>
#include <array>

#include "sdk/results.h"

namespace eidkern::sdk
{

namespace
{

using namespace std::chrono_literals;

constexpr int mostLosses = 10;      // of the card during PACE; then it lies badly
constexpr auto mostTimeLost = 4s;   // in PACE attempts that ended so

struct Progress
{
    std::string_view state; // of the engine
    int percent;
};
constexpr std::array milestones{Progress{"ParseTcTokenUrl", 0}, Progress{"EstablishPace", 0}, Progress{"SendEac1", 20},
                                Progress{"SendEac2", 40},       Progress{"RelayApdus", 60},   Progress{"ResolveRefresh", 80}};

bool isDigits(const Secret& secret, std::size_t fewest, std::size_t most)
{
    return secret.size() >= fewest && secret.size() <= most && std::ranges::all_of(secret.view(), [](std::uint8_t c) { return c >= '0' && c <= '9'; });
}

State stateOf(Password password) { return password == Password::Can ? State::EnterCan : password == Password::Puk ? State::EnterPuk : State::EnterPin; }

bool isEntry(std::optional<State> state)
{
    return state == State::EnterPin || state == State::EnterCan || state == State::EnterPuk || state == State::EnterNewPin;
}

} // namespace

Flow::Flow(FlowHost& host, std::unique_ptr<Engine> engine, FlowOptions options) : host_(&host), options_(std::move(options)), engine_(std::move(engine)) {}

void Flow::authenticate(std::optional<std::string> tcTokenUrl, Activator::AnswerBrowser browser)
{
    browser_ = std::move(browser);
    say(message::Auth());
    engine_->authenticate(std::move(tcTokenUrl), [this](Event& event) { handle(event); });
}

void Flow::changePin()
{
    say(message::ChangePin());
    engine_->changePin([this](Event& event) { handle(event); });
}

void Flow::leave(std::function<void()> unwound)
{
    host_ = nullptr;
    unwound_ = std::move(unwound);
    cancel();
}

template<typename M>
void Flow::say(M message)
{
    if (!host_) return;
    message.session = options_.session;
    host_->say(text(message));
}

message::Status Flow::status() const
{
    message::Status message;
    message.progress = progress_;
    message.state = state_;
    message.workflow = options_.workflow;
    message.session = options_.session;
    return message;
}

// What the engine tells

void Flow::handle(Event& event)
{
    std::visit([this](auto& each) { on(each); }, event); // the last one may destroy this
}

void Flow::on(const StateEntered& event)
{
    const auto before = std::exchange(engineState_, event.state);
    for (const auto& each : milestones)
        if (each.state == event.state) report(each.percent, each.state);
    if (event.state == "SelectCard") selectsCard(before);
    if (event.state == "EstablishPace") paceBegan_ = std::chrono::steady_clock::now();
    if (event.state == "SendEac1" || event.state == "EnterNewPin") passwordWasRight();
}

void Flow::selectsCard(std::string_view before)
{
    questionOpen_ = false;
    if (!host_) return;
    lookAtCards(true);
    host_->readers().look();
    if (before != "EstablishPace" || !cardLiesBadly() || cancelled_ || host_->level() < 3) return;
    state_ = State::Pause;
    insertLater_ = false;
    say(message::Pause());
}

bool Flow::cardLiesBadly() // once for each time that it is
{
    timeLost_ += std::chrono::steady_clock::now() - paceBegan_;
    if (++lostInPace_ < mostLosses && timeLost_ <= mostTimeLost) return false;
    lostInPace_ = 0;
    timeLost_ = {};
    return true;
}

void Flow::passwordWasRight()
{
    if (host_ && asked_.state == State::EnterPin) host_->readers().triesLeft(reader_, allTries);
    if (entered_ && entered_->state != State::EnterNewPin) entered_.reset();
}

void Flow::report(int progress, std::string_view text)
{
    const bool same = progress == progress_ && text == progressText_;
    progress_ = progress;
    progressText_ = text;
    if (same || !options_.status || !host_ || host_->level() < 2) return;
    auto message = status();
    message.state.reset(); // at such a moment none waits
    say(std::move(message));
}

void Flow::lookAtCards(bool look)
{
    looksAtCards_ = look;
    if (host_) host_->looksAtCards();
}

void Flow::on(RightsAsked& event)
{
    if (cancelled_) return;
    rights_.emplace(std::move(event));
    state_ = State::AccessRights;
    tellRights({});
}

void Flow::on(const PasswordAsked& event)
{
    ask({stateOf(event.password), event.id, event.triesLeft, false, std::size_t(event.fewestDigits), std::size_t(event.mostDigits)});
}

void Flow::on(const PasswordWantedAtReader& event) { ask({stateOf(event.password), event.id, event.triesLeft, true}); }

void Flow::on(const CardWanted&)
{
    if (!host_ || cancelled_) return;
    host_->readers().look();
    host_->readers().othersAreNone();
    insertLater_ = isEntry(state_) || state_ == State::Pause;
    if (!insertLater_ && state_ != State::InsertCard) tellInsertCard();
}

void Flow::on(const CardFound& event)
{
    reader_ = event.reader;
    card_ = event.fingerprint;
    cardIsNew_ = true;
    insertLater_ = false;
    if (state_ == State::InsertCard) state_.reset();
    if (host_) host_->readers().found(event);
}

void Flow::on(const WorkflowFinished& event)
{
    if (host_)
    {
        lookAtCards(false);
        host_->readers().look();
        if (event.failure && event.failure->code == FailureCode::Establish_Pace_Channel_Puk_Inoperative) host_->readers().pukUsedUp(reader_);
    }
    state_.reset();
    if (browser_) std::exchange(browser_, {})(event);
    if (!host_) return std::exchange(unwound_, {})();
    if (options_.workflow == WorkflowName::Auth) say(authEnd(event, options_.language));
    else say(changePinEnd(event, options_.language));
    host_->ended(*this);
}

// Questions for secrets

void Flow::ask(Question question)
{
    if (!host_ || cancelled_) return;
    asked_ = question;
    questionOpen_ = true;
    host_->readers().triesLeft(reader_, question.triesLeft); // READER comes first
    if (state_ != State::Pause) tellQuestion();
}

void Flow::tellQuestion()
{
    const bool cardWasAway = std::exchange(cardIsNew_, false);
    const bool fits = cardWasAway && entered_ && entered_->state == asked_.state && entered_->reader == reader_ && entered_->card == card_
                   && entered_->triesLeft == asked_.triesLeft && entered_->secret.empty() == asked_.atReader;
    if (fits) return deliver(std::move(entered_->secret));
    entered_.reset();
    const auto* reader = host_->readers().named(reader_);
    const bool sameAgain = cardWasAway && state_ == asked_.state && shown_ && shown_->name == reader_ && shownCard_ == card_ && shown_->card
                        && shown_->card->retryCounter == asked_.triesLeft;
    shown_ = reader ? std::optional(*reader) : std::nullopt;
    shownCard_ = card_;
    if (sameAgain) return; // the client has not answered yet
    state_ = asked_.state;
    tellEntry(asked_.state, {});
}

void Flow::tellEntry(State state, Json request, std::string_view refusal)
{
    const auto tell = [&](auto message) {
        message.error = refusal;
        message.reader = shown_;
        message.request = std::move(request);
        say(std::move(message));
    };
    switch (state)
    {
        case State::EnterPin: return tell(message::EnterPin());
        case State::EnterCan: return tell(message::EnterCan());
        case State::EnterPuk: return tell(message::EnterPuk());
        case State::EnterNewPin: return tell(message::EnterNewPin());
        case State::AccessRights:
        case State::InsertCard:
        case State::Pause: break;
    }
}

// Checks in this order: SDK clients show the texts.
template<typename Set>
void Flow::enter(Set& command, Json request)
{
    const auto state = *state_;
    const auto refuse = [&](std::string_view why) { tellEntry(state, std::move(request), why); };
    if (!shown_) return refuse(Set::noCard);
    if (shown_->keypad) return command.value.given ? refuse(Set::defined) : answer(asked_.atReader ? Secret() : simulatedPassword());
    if (!command.value.given) return refuse(Set::missing);
    if (!command.value.value) return refuse(Set::invalid);
    if (!isDigits(*command.value.value, asked_.fewestDigits, asked_.digits))
    {
        if constexpr (requires { Set::digitsOfTransportPin; })
            if (asked_.fewestDigits == 5) return refuse(Set::digitsOfTransportPin);
        return refuse(Set::digits);
    }
    answer(std::move(*command.value.value));
}

template void Flow::enter(command::SetPin& command, Json request);
template void Flow::enter(command::SetCan& command, Json request);
template void Flow::enter(command::SetPuk& command, Json request);
template void Flow::enter(command::SetNewPin& command, Json request);

Secret Flow::simulatedPassword() const
{
    const auto& simulated = *host_->readers().simulator(options_.simulator);
    switch (asked_.state)
    {
        case State::EnterCan: return Secret(simulated.can());
        case State::EnterPuk: return Secret(simulated.puk());
        case State::EnterPin: return Secret(simulated.pin());
        case State::EnterNewPin:
        case State::AccessRights:
        case State::InsertCard:
        case State::Pause: break;
    }
    return Secret(std::string_view("123456"));
}

void Flow::answer(Secret secret)
{
    state_.reset();
    if (questionOpen_) return deliver(std::move(secret));
    entered_ = Entered{asked_.state, reader_, card_, asked_.triesLeft, std::move(secret)}; // the card is away
    if (std::exchange(insertLater_, false)) tellInsertCard();
}

void Flow::deliver(Secret secret)
{
    entered_ = Entered{asked_.state, reader_, card_, asked_.triesLeft, secret.clone()};
    questionOpen_ = false;
    if (asked_.atReader) engine_->enterAtReader(asked_.id);
    else engine_->enter(asked_.id, std::move(secret)); // NotAsked: the card has just gone, and what was entered waits for it
}

// Other commands

void Flow::tellRights(Json request, std::string_view refusal)
{
    auto message = rights_->rights();
    message.error = refusal;
    message.request = std::move(request);
    say(std::move(message));
}

void Flow::keepRights(const command::SetAccessRights& command, Json request)
{
    const auto refusal = rights_->keep(command);
    tellRights(std::move(request), refusal);
}

void Flow::tellCertificate(Json request)
{
    auto message = rights_->certificate();
    message.request = std::move(request);
    say(std::move(message));
}

void Flow::accept()
{
    state_.reset();
    engine_->grant(rights_->id(), rights_->granted());
}

void Flow::cancel()
{
    cancelled_ = true;
    state_.reset();
    entered_.reset();
    engine_->cancel();
}

void Flow::goOn()
{
    state_.reset();
    if (questionOpen_) return tellQuestion();
    if (std::exchange(insertLater_, false)) tellInsertCard();
}

void Flow::tellInsertCard(Json request, std::string_view refusal)
{
    state_ = State::InsertCard;
    message::InsertCard message;
    message.error = refusal;
    message.request = std::move(request);
    say(std::move(message));
}

void Flow::setCard(command::SetCard& command, Json request)
{
    using command::SetCard;
    const auto refuse = [&](std::string_view why) { tellInsertCard(std::move(request), why); };
    if (!command.name.given) return refuse(SetCard::missing);
    if (!command.name.value) return refuse(SetCard::invalid);
    const auto& name = *command.name.value;
    const auto* reader = host_->readers().named(name);
    if (!reader) return refuse(SetCard::unknownReader);
    if (!reader->insertable || name != options_.simulator) return refuse(SetCard::notInsertable);
    const auto& simulator = command.simulator;
    if (simulator.given && !simulator.value) return refuse(SetCard::noSimulator);
    static const Simulator complete;
    if (!host_->readers().put(name, simulator.value ? *simulator.value : complete)) return refuse(SetCard::unknownPersona);
    state_.reset();
}

} // namespace eidkern::sdk
