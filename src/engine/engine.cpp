#include "eidkern/engine.h"

#include <stdexcept>

#include "core/version.h"
#include "engine/card_port.h"
#include "engine/json_log.h"
#include "network/qt_clock.h"
#include "network/qt_scheduler.h"
#include "engine/questions.h"
#include "engine/web_port.h"
#include "workflows/authentication.h"
#include "workflows/pin.h"
#include "workflows/steps.h"

namespace eidkern
{

namespace
{

std::vector<CvCertificate> certificates(const std::vector<TrustAnchor>& anchors)
{
    std::vector<CvCertificate> all;
    for (const auto& anchor : anchors) all.push_back(*anchor.certificate);
    return all;
}

std::vector<CvCertificate> refused(const EngineSettings& settings)
{
    auto anchors = settings.trustAnchors;
    std::erase_if(anchors, [&](const TrustAnchor& each) { return !settings.developerMode || each.pki == Pki::Test; });
    return certificates(anchors);
}

std::vector<CvCertificate> certificates(const std::vector<std::vector<std::uint8_t>>& encoded) // those that can be read
{
    std::vector<CvCertificate> all;
    for (const auto& each : encoded)
        if (auto certificate = parseCvc(each)) all.push_back(std::move(*certificate));
    return all;
}

PasswordId idOf(Password password) { return password == Password::Can ? PasswordId::Can : password == Password::Puk ? PasswordId::Puk : PasswordId::Pin; }

network::ClientProfile profileNamed(const std::string& name)
{
    auto profile = network::clientProfile(name);
    if (!profile) throw std::invalid_argument("there is no TLS profile '" + name + "'");
    return std::move(*profile);
}

} // namespace

// Order matters: what stands below uses what stands above, and dies first.
class Engine::Impl
{
public:
    explicit Impl(EngineSettings settings)
        : anchors_(certificates(settings.trustAnchors)), refused_(refused(settings)), links_(certificates(settings.linkCertificates)), grace_(settings.grace),
          clock_(scheduler_), log_(std::move(settings.log), clock_), web_(scheduler_, profileNamed(settings.tlsProfile), std::move(settings.proxy)),
          cards_(scheduler_, clock_, random_, log_, std::move(settings.cards),
                 settings.pcscReaders ? std::optional(std::move(settings.pcscReader)) : std::nullopt)
    {
    }

    template<typename W>
    bool begin(typename W::Start start, Handler handler)
    {
        if (login_) return false;
        login_ = std::make_unique<Login>(*this, std::move(handler));
        login_->hasBrowser = std::same_as<typename W::Start, ParseTcTokenUrl>;
        login_->task.emplace(run<W>(*login_, std::move(start)));
        login_->task->start();
        return true;
    }

    bool running() const { return login_ != nullptr; }
    AnswerResult grant(QuestionId id, const std::vector<std::string>& rights) { return login_ ? login_->questions.grant(id, rights) : AnswerResult::NotAsked; }
    AnswerResult enter(QuestionId id, Secret secret) { return login_ ? login_->questions.enter(id, std::move(secret)) : AnswerResult::NotAsked; }

    void cancel()
    {
        if (!login_) return;
        if (login_->ports.stopper.set(cancelled(login_->ports))) limitTheWayOut(*login_);
    }

    void browserGone()
    {
        if (login_) login_->questions.browserGone();
        cancel();
    }

private:
    struct Login // one workflow while it runs
    {
        Login(Impl& e, Handler h)
            : engine(e), handler(std::make_shared<Handler>(std::move(h))),
              questions(e.scheduler_, [this](Event event) { engine.tell(handler, std::move(event)); }),
              ports{e.scheduler_, e.clock_, e.random_, e.log_, e.web_, e.cards_, questions, e.anchors_, stop.promise(), std::move(stop)}
        {
            ports.refusedAnchors = e.refused_;
            ports.links = e.links_;
        }
        Impl& engine;
        std::shared_ptr<Handler> handler;
        Questions questions;
        Pending<Failure> stop{engine.scheduler_};
        Ports ports;
        std::optional<Task<Done>> task;
        bool hasBrowser = false;
        std::optional<Failure> failure; // the first one, as the states carry it
        std::optional<Pending<Done>> grace;
    };

    template<typename W>
    static Task<Done> run(Login& login, typename W::Start start)
    {
        auto driving = W::drive(typename W::State{std::move(start)}, login.ports, [&login]<typename S>(const S& state) {
            login.ports.state = S::name;
            if constexpr (requires { state.failure; }) login.failure = state.failure;
            if (login.ports.stop.ready()) login.engine.limitTheWayOut(login); // also a card that was taken away
            login.engine.log_.entered(S::name);
            login.engine.log_.write("workflow.state");
            login.questions.entered(S::name, S::percent);
        });
        auto end = co_await std::move(driving);
        login.engine.links_ = std::move(login.ports.links);
        auto& [failure, answer, data] = std::get<Finished>(end);
        login.engine.finish(WorkflowFinished{std::move(failure), answer.status, std::move(answer.location), std::move(data)});
        co_return Done{};
    }

    void limitTheWayOut(Login& login)
    {
        if (!login.grace) login.grace.emplace(start(scheduler_, enforceGrace(login)));
    }

    Task<Done> enforceGrace(Login& login)
    {
        co_await clock_.after(grace_);
        log_.write("workflow.dropped", {{"after", "grace time"}});
        finish(WorkflowFinished{login.failure ? *login.failure : login.ports.stop.peek(), login.hasBrowser ? 404 : 0, {}, {}});
        co_return Done{};
    }

    void tell(std::shared_ptr<Handler> handler, Event event)
    {
        scheduler_.post([handler = std::move(handler), shared = std::make_shared<Event>(std::move(event))] { (*handler)(*shared); });
    }

    void finish(WorkflowFinished end) // posted: the coroutine that calls this dies in it
    {
        if (end.failure) log_.write("workflow.failed", {{"code", name(end.failure->code)}, {"raised_in", end.failure->state}});
        else log_.write("workflow.succeeded");
        scheduler_.post([this, handler = login_->handler, shared = std::make_shared<Event>(std::move(end))] {
            if (!login_ || login_->handler != handler) return; // the other end came first
            login_.reset();
            (*handler)(*shared);
        });
    }

    const std::vector<CvCertificate> anchors_, refused_;
    std::vector<CvCertificate> links_; // as given, and learned since
    const std::chrono::milliseconds grace_;
    network::QtScheduler scheduler_;
    network::QtClock clock_;
    SystemRandom random_;
    JsonLog log_;
    WebPort web_;
    CardPort cards_;
    std::unique_ptr<Login> login_;
};

Engine::Engine(EngineSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
Engine::~Engine() = default;

bool Engine::authenticate(std::optional<std::string> tcTokenUrl, Handler handler)
{
    return impl_->begin<Authentication>({std::move(tcTokenUrl)}, std::move(handler));
}
bool Engine::selfAuthenticate(std::string tcTokenUrl, Handler handler) { return impl_->begin<SelfAuthentication>({std::move(tcTokenUrl)}, std::move(handler)); }
bool Engine::changePin(Handler handler) { return impl_->begin<PinChanging>({}, std::move(handler)); }
bool Engine::unblock(Handler handler) { return impl_->begin<PinUnblocking>({}, std::move(handler)); }
bool Engine::checkPassword(Password password, Handler handler) { return impl_->begin<PasswordChecking>({{idOf(password)}}, std::move(handler)); }
bool Engine::running() const { return impl_->running(); }
AnswerResult Engine::grant(QuestionId question, const std::vector<std::string>& optionalRights) { return impl_->grant(question, optionalRights); }
AnswerResult Engine::enter(QuestionId question, Secret password) { return impl_->enter(question, std::move(password)); }
void Engine::cancel() { impl_->cancel(); }
void Engine::browserGone() { impl_->browserGone(); }

std::string_view version() { return core::version; }

std::vector<std::string> tlsProfiles() { return network::clientProfileNames(); }

std::vector<std::string_view> workflows() { return {"authentication", "self-authentication", "change-pin", "unblock-pin", "check-password"}; }

std::vector<Transition> transitions(std::string_view workflow)
{
    const auto edges = workflow == "authentication"      ? Authentication::edges<Ports>()
                     : workflow == "self-authentication" ? SelfAuthentication::edges<Ports>()
                     : workflow == "change-pin"          ? PinChanging::edges<Ports>()
                     : workflow == "unblock-pin"         ? PinUnblocking::edges<Ports>()
                     : workflow == "check-password"      ? PasswordChecking::edges<Ports>()
                                                         : std::vector<Edge>();
    std::vector<Transition> all;
    for (const auto& edge : edges) all.push_back({edge.from, edge.to});
    return all;
}

} // namespace eidkern
