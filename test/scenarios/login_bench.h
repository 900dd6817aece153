// One login with everything real but time and people: lab, TLS, simulated card; a clock that moves when a script says so, and
// a user who follows a script. The scheduler counts its jobs, so that a test can end a login at any of them.
#pragma once
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QEventLoop>
#include <QTimer>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "card/simulator/document_signer.h"
#include "engine/card_port.h"
#include "engine/simulated_card_state.h"
#include "engine/web_port.h"
#include "eidkern/engine.h"
#include "lab/lab.h"
#include "network/qt_scheduler.h"
#include "support/manual_clock.h"
#include "support/recording_log.h"
#include "workflows/authentication.h"
#include "workflows/pin.h"

namespace eidkern::test
{

class CountingScheduler final : public Scheduler
{
public:
    std::function<bool(int job)> before = [](int) { return true; }; // false: this job and all later ones are dropped
    int jobs = 0;

    void post(std::function<void()> job) override
    {
        inner_.post([this, job = std::move(job)] {
            if (!dead_ && before(jobs++)) return job();
            dead_ = true;
        });
    }

private:
    bool dead_ = false;
    network::QtScheduler inner_;
};

struct UserScript
{
    std::vector<std::string> passwords;               // one after the other; then the persona's own
    std::optional<std::vector<Right>> grant;          // of the optional ones; nothing: all
    bool silent = false;                              // never answers
    bool gone = false;                                // the browser waits no more
    std::function<void(std::string_view state)> entered = [](std::string_view) {};
    std::function<void()> cardWanted = [] {};
    std::function<void()> insteadOfPassword = {};     // done once, and the first question for a password gets no answer
    std::string newPin = "314159";
    std::function<void()> insteadOfNewPin = {};       // done once, and the first question for the new PIN gets no answer
    std::optional<std::vector<card::AtPad>> atPad = {}; // the reader has a pad, and this is done there
};

class ScriptedUser final : public User
{
public:
    ScriptedUser(Scheduler& scheduler, UserScript script, SimulatedCard card) : scheduler_(scheduler), script_(std::move(script)), card_(std::move(card)) {}

    std::vector<std::string> trace; // states in order
    std::vector<std::string> said;  // questions and remarks
    std::vector<CvCertificate> learned; // links
    BrowserAnswer browser{0, {}};   // status 0: none has come
    int browserAnswers = 0;         // also those that came to nobody

    void entered(std::string_view state, int) override
    {
        trace.emplace_back(state);
        script_.entered(state);
    }
    void cardWanted(bool anotherType) override
    {
        said.emplace_back(anotherType ? "another card" : "card");
        script_.cardWanted();
    }
    void cardFound(const RecognisedCard&) override {}
    void linkLearned(const CvCertificate& certificate) override { learned.push_back(certificate); }
    Pending<Rights> confirmRights(RightsQuestion question) override
    {
        said.emplace_back("rights");
        Pending<Rights> pending(scheduler_);
        Rights granted = question.optional;
        if (script_.grant) granted = Rights();
        for (const auto right : script_.grant.value_or(std::vector<Right>())) granted.add(right);
        if (!script_.silent) pending.promise().set(granted);
        return pending;
    }
    Pending<Secret> password(PasswordQuestion question) override
    {
        said.push_back(std::string(name(question.password)) + (question.wrongBefore ? " again" : "") + " " + std::to_string(question.pin.triesLeft));
        Pending<Secret> pending(scheduler_);
        if (script_.insteadOfPassword)
        {
            std::exchange(script_.insteadOfPassword, {})();
            return pending;
        }
        const auto own = question.password == PasswordId::Can ? card_.can() : question.password == PasswordId::Puk ? card_.puk() : card_.pin();
        auto secret = Secret(next_ < script_.passwords.size() ? std::string_view(script_.passwords[next_++]) : own);
        if (!script_.silent) pending.promise().set(std::move(secret));
        return pending;
    }
    void passwordAtReader(const PasswordQuestion& question) override
    {
        said.push_back("at the reader: " + std::string(name(question.password)) + (question.wrongBefore ? " again" : "") + " "
                       + std::to_string(question.pin.triesLeft));
    }
    Pending<Secret> newPin() override
    {
        said.emplace_back("new PIN");
        Pending<Secret> pending(scheduler_);
        if (script_.insteadOfNewPin) std::exchange(script_.insteadOfNewPin, {})();
        else if (!script_.silent) pending.promise().set(Secret(script_.newPin));
        return pending;
    }
    void newPinAtReader() override { said.emplace_back("at the reader: new PIN"); }
    void readerStillWaits() override { said.emplace_back("the reader waits"); }
    bool answerBrowser(const BrowserAnswer& answer) override
    {
        ++browserAnswers;
        if (script_.gone) return false;
        browser = answer;
        return true;
    }

    void leave() { script_.gone = true; }

private:
    Scheduler& scheduler_;
    UserScript script_;
    const SimulatedCard card_;
    std::size_t next_ = 0;
};

inline std::vector<TrustAnchor> anchorsOf(const lab::Lab& lab) { return {TrustAnchor::parse(lab.cvca().whole).value()}; }

inline SimulatedCard cardFor(const lab::Lab& lab, std::string_view persona = "adult")
{
    return SimulatedCard::fromPersona(SimulatedCard::builtInPersona(persona), anchorsOf(lab)).value();
}

// The lab of a test, with the test's clock and script.
inline std::unique_ptr<lab::Lab> labFor(Random& random, const Clock& clock, lab::FaultScript faults = {}, lab::LabOptions options = {})
{
    options.pki = [&] {
        static std::optional<lab::LabPki> made; // one RSA key for the whole test program
        if (!made) made = lab::LabPki::fresh(random, clock.today());
        const auto& p = *made;
        return lab::LabPki{{p.cvcaKey.curve, p.cvcaKey.scalar.clone(), p.cvcaKey.point},
                           {p.dvKey.curve, p.dvKey.scalar.clone(), p.dvKey.point},
                           {p.atKey.curve, p.atKey.scalar.clone(), p.atKey.point},
                           p.cvca,
                           p.dv,
                           p.at,
                           p.description,
                           p.eServiceKey,
                           p.eidServerKey,
                           p.eServiceCertificate,
                           p.eidServerCertificate,
                           p.trustedCscas};
    }();
    options.trustedCscas = {card::testCscaCertificate()};
    options.faults = std::move(faults);
    return lab::Lab::start(random, clock, std::move(options)).value();
}

class LoginBench
{
public:
    LoginBench(const lab::Lab& lab, SimulatedCard simulated, UserScript script, std::optional<std::vector<CvCertificate>> trust = {},
               std::string_view tlsProfile = "default")
        : card(std::move(simulated)),
          pad(script.atPad ? std::make_shared<card::SimulatedPad>(card.state->persona, *script.atPad, scheduler, clock, random) : nullptr),
          anchors(trust ? std::move(*trust) : std::vector{lab.cvca()}), web(scheduler, network::clientProfile(tlsProfile).value()),
          user(scheduler, std::move(script), card), ports{scheduler, clock, random, log, web, cards, user, anchors, stop_.promise(), std::move(stop_)}
    {
        if (pad) card.state->reader.fit(pad);
    }
    ~LoginBench()
    {
        if (pad) card.state->reader.fit({}); // it uses our clock
    }

    CountingScheduler scheduler;
    ManualClock clock{scheduler, dateOf(std::chrono::system_clock::now())};
    SystemRandom random;
    RecordingLog log;
    SimulatedCard card;
    const std::shared_ptr<card::SimulatedPad> pad;
    const std::vector<CvCertificate> anchors;
    WebPort web;
    CardPort cards{scheduler, clock, random, log, {card}};
    ScriptedUser user;

private:
    Pending<Failure> stop_{scheduler};

public:
    Ports ports;

    template<typename W>
    void begin(std::optional<std::string> url)
    {
        begin<W>(ParseTcTokenUrl{std::move(url)});
    }
    template<typename W>
    void begin(typename W::Start start)
    {
        task_.emplace(whole<W>(std::move(start)));
        task_->start();
    }
    void cancel() { ports.stopper.set({FailureCode::User_Cancelled, std::string(ports.state)}); }
    void leave() // the client that started the login is gone
    {
        user.leave();
        cancel();
    }
    void drop() { task_.reset(); }

    // Runs the event loop until the login has ended; nothing: it has not within 20 s of real time.
    std::optional<Finished> finish()
    {
        QTimer tick; // lets the loop look at the limit
        tick.start(500);
        for (const QDeadlineTimer limit(20'000); task_ && !task_->done() && !limit.hasExpired();)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents);
        if (!task_ || !task_->done()) return {};
        auto end = task_->take();
        task_.reset();
        return end;
    }

private:
    template<typename W>
    Task<Finished> whole(typename W::Start start)
    {
        auto driving = W::drive(typename W::State{std::move(start)}, ports, [this]<typename S>(const S&) {
            ports.state = S::name;
            user.entered(S::name, S::percent);
        });
        auto end = co_await std::move(driving);
        co_return std::move(std::get<Finished>(end));
    }

    std::optional<Task<Finished>> task_;
};

} // namespace eidkern::test
