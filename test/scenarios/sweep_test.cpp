// The fault sweep: a good login is done once to learn its moments, that is every TLS connection, every HTTP exchange, every APDU
// and every job of the scheduler. Then it is done again for each moment and each fault of that layer, with everything real but
// time. However it ends, it ends soon, in success or in one documented code that fits the fault, with one answer for the browser,
// and the next login works.
#include <QTest>

#include "lab/tls_variants.h"
#include "scenarios/login_bench.h"
#include "scenarios/network_faults.h"
#include "workflows/deadlines.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

enum class Layer { Network, Card, User };

struct SetUp // how the login goes when nothing is wrong
{
    const char* name;
    lab::SiteOptions site;
    bool selfAuthentication;
    bool pad = false; // the reader takes the PIN itself
    bool changesPin = false; // no login
};

constexpr SetUp plain{"authentication", {}, false};
constexpr SetUp redirected{"self-authentication with redirects", {.redirectsToken = true, .redirectsRefresh = true}, true};
constexpr SetUp attachedSite{"attached", {.attached = true}, false};
constexpr SetUp atPad{"at a pad", {}, false, true};
constexpr SetUp pinChange{"PIN change", {}, false, false, true};
constexpr SetUp pinChangeAtPad{"PIN change at a pad", {}, false, true, true};

struct Place // the server's connection or exchange of this number, from 1
{
    lab::Server server;
    int number;
    bool operator==(const Place&) const = default;
    std::string text() const { return std::to_string(number) + " with " + name(server); }
};

struct Moments // of one login
{
    std::vector<Place> connections, exchanges;
    std::set<std::pair<std::string, lab::Server>> connecting;        // in which state to which server
    std::vector<Bytes> apdus;
    int jobs = 0;
    std::string eac1, transmit; // two messages of the eID-Server
};

// What happens to one login. Unset members: nothing.
struct Injection
{
    std::function<std::shared_ptr<lab::TlsContext>(lab::Server, int number, const lab::TlsProfile& usual)> tls = {};
    std::function<void(lab::Server, int number, const lab::HttpRequest&, lab::HttpAnswer&)> answer = {};
    std::function<std::optional<CardResult<Bytes>>(int n, ByteView apdu)> card = {};
    std::function<void(int job)> job = {};
    std::function<void(std::string_view state)> entered = {};
    std::function<void()> cardWanted = {};
};

// One login with a lab and a card of its own, and then another one.
class Run
{
public:
    explicit Run(const SetUp& setUp) : setUp_(setUp) {}

    Moments moments;
    Injection injection;
    LoginBench* login = nullptr; // while it runs
    std::unique_ptr<lab::Lab> lab;
    std::optional<SimulatedCard> card;

    std::optional<Finished> end; // of the login with the fault; nothing: it hangs
    int browserAnswers = 0;

    void late(std::chrono::milliseconds time) // once the login waits
    {
        login->scheduler.post([this, time] { login->clock.advance(time); });
    }

    void go()
    {
        lab::FaultScript faults;
        faults.tls = [this](lab::Server server, int number, const lab::TlsProfile& usual) -> std::shared_ptr<lab::TlsContext> {
            if (!login) return {};
            moments.connections.push_back({server, number});
            moments.connecting.emplace(login->ports.state, server);
            return injection.tls ? injection.tls(server, number, usual) : nullptr;
        };
        faults.answer = [this](lab::Server server, int number, const lab::HttpRequest& request, lab::HttpAnswer& answer) {
            if (!login) return;
            moments.exchanges.push_back({server, number});
            if (answer.body.find("EAC1InputType") != std::string::npos) moments.eac1 = answer.body;
            if (answer.body.find("InputAPDU") != std::string::npos) moments.transmit = answer.body;
            if (injection.answer) injection.answer(server, number, request, answer);
        };
        faults.dripped = [this] {
            if (login) login->clock.advance(std::chrono::seconds(1));
        };
        lab::LabOptions options;
        options.site = setUp_.site;
        lab = labFor(random_, labClock_, faults, std::move(options));
        card = cardFor(*lab);
        card->state->reader.answerWith([this](int n, ByteView apdu) -> std::optional<CardResult<Bytes>> {
            moments.apdus.emplace_back(apdu.begin(), apdu.end());
            return injection.card ? injection.card(n, apdu) : std::nullopt;
        });
        auto script = userScript();
        script.entered = [this](std::string_view state) {
            if (injection.entered) injection.entered(state);
        };
        script.cardWanted = [this] {
            if (injection.cardWanted) injection.cardWanted();
        };
        LoginBench bench(*lab, *card, std::move(script));
        bench.scheduler.before = [this](int job) {
            if (injection.job) injection.job(job);
            return true;
        };
        login = &bench;
        if (setUp_.changesPin) bench.begin<PinChanging>(PinChanging::Start{});
        else begin(bench);
        end = bench.finish();
        login = nullptr;
        moments.jobs = bench.scheduler.jobs;
        browserAnswers = bench.user.browserAnswers;
        const auto& trace = bench.user.trace;
        lastState = trace.empty() ? "" : trace.back();
    }

    bool nextWorks()
    {
        for (const auto server : {lab::Server::EService, lab::Server::EidServer}) (void)lab->http(server).refuse(false);
        if (setUp_.site.redirects()) (void)lab->http(lab::Server::Redirector).refuse(false);
        card->state->reader.answerWith({});
        card->insert();
        card->state->persona.pin = Secret(card->pin()); // what a person at a pad knows
        LoginBench again(*lab, *card, userScript());
        begin(again);
        const auto done = again.finish();
        return done && !done->failure;
    }

    std::string lastState;

private:
    UserScript userScript() const
    {
        UserScript script;
        if (setUp_.pad) script.atPad.emplace();
        return script;
    }

    void begin(LoginBench& bench) const
    {
        if (setUp_.selfAuthentication) bench.begin<SelfAuthentication>(lab->selfAuthUrl());
        else bench.begin<Authentication>(lab->tcTokenUrl());
    }

    const SetUp setUp_;
    SystemRandom random_;
    network::QtScheduler scheduler_;
    ManualClock labClock_{scheduler_, dateOf(std::chrono::system_clock::now())};
};

bool fits(Layer layer, FailureCode code)
{
    const auto origin = describe(code).origin;
    switch (layer)
    {
        case Layer::Network: return origin == Origin::Network || origin == Origin::Service;
        case Layer::Card:
            return origin == Origin::Card || origin == Origin::Reader || code == FailureCode::Start_Paos_Response_Error // the server found it
                || code == FailureCode::Process_Certificates_From_Eac2_Cvc_Chain_Missing;                          // the card named another trust point
        case Layer::User: return code == FailureCode::User_Cancelled || code == FailureCode::Browser_Send_Failed;
    }
    return false;
}

bool underSecureMessaging(ByteView apdu) { return !apdu.empty() && (apdu[0] & 0x0C) == 0x0C; }

} // namespace

class sweep_test : public QObject
{
    Q_OBJECT

    int injected_ = 0, documented_ = 0, succeeded_ = 0, wrong_ = 0, hung_ = 0;
    std::map<std::string, int> codes_;

    static Moments learn(const SetUp& setUp)
    {
        Run run(setUp);
        run.go();
        if (!run.end || run.end->failure) qFatal("a login that nothing disturbs fails");
        return std::move(run.moments);
    }

    void check(Run& run, const SetUp& setUp, Layer layer, Must must, const std::string& what)
    {
        ++injected_;
        const auto complain = [&](const std::string& why) {
            ++wrong_;
            std::printf("  %s, %s: %s\n", setUp.name, what.c_str(), why.c_str());
        };
        if (!run.end)
        {
            ++hung_;
            std::printf("  %s, %s: hangs in %s\n", setUp.name, what.c_str(), run.lastState.c_str());
            return;
        }
        const auto& failure = run.end->failure;
        if (failure)
        {
            const auto& entry = describe(failure->code);
            const auto code = std::string(entry.name);
            ++codes_[code];
            if (!entry.live && !entry.addition) complain("a code that is not in use: " + code);
            else ++documented_;
            if (!fits(layer, failure->code)) complain("a code of another layer: " + code + " in " + failure->state);
            if (must == Must::GoOn) complain("it could have gone on, but: " + code + " in " + failure->state);
        }
        else
        {
            ++succeeded_;
            if (must == Must::Fail) complain("success");
        }
        if (!setUp.selfAuthentication && !setUp.changesPin && run.browserAnswers != 1)
            complain(std::to_string(run.browserAnswers) + " answers for the browser");
        if (!run.nextWorks()) complain("the next login fails");
    }

    void sweepNetwork(const SetUp& setUp)
    {
        const auto moments = learn(setUp);
        for (const auto& place : moments.connections)
            for (const auto& fault : connectionFaults())
            {
                Run run(setUp);
                run.injection.tls = [&](lab::Server s, int n, const lab::TlsProfile& usual) {
                    if (Place{s, n} != place) return std::shared_ptr<lab::TlsContext>();
                    if (fault.name == "stall") run.late(deadline::connect + std::chrono::seconds(1));
                    return lab::tlsContext(fault.name, usual);
                };
                run.go();
                check(run, setUp, Layer::Network, fault.must, "connection " + place.text() + ": " + fault.name);
            }
        for (const auto& where : moments.connecting)
        {
            Run run(setUp);
            run.injection.entered = [&](std::string_view state) {
                if (state == where.first) (void)run.lab->http(where.second).refuse(true);
            };
            run.go();
            check(run, setUp, Layer::Network, Must::Either,
                  "in " + where.first + " " + name(where.second) + " refuses"); // on a connection that is there it goes on
        }
        for (const auto& place : moments.exchanges)
            for (const auto& fault : answerFaults(moments.eac1, moments.transmit))
            {
                Run run(setUp);
                bool applied = false, noMatter = false;
                run.injection.answer = [&](lab::Server s, int n, const lab::HttpRequest& request, lab::HttpAnswer& answer) {
                    if (s != place.server || (fault.forEver ? n < place.number : n != place.number)) return;
                    if (fault.paosOnly && request.method != "POST") return;
                    noMatter = (fault.bodyOnly && answer.status / 100 == 3) || (fault.noMatterForPaos && request.method == "POST");
                    const auto before = answer;
                    fault.apply(request, answer);
                    applied = applied || answer != before;
                    if (fault.stalls) run.late(deadline::exchange + std::chrono::seconds(1));
                };
                run.go();
                if (!applied) continue;
                const auto must = noMatter ? Must::Either : fault.must;
                check(run, setUp, Layer::Network, must, "exchange " + place.text() + ": " + fault.name);
            }
    }

    void sweepCard(const SetUp& setUp)
    {
        struct Fault
        {
            std::string name;
            std::function<std::optional<CardResult<Bytes>>(Run&, ByteView apdu)> answer; // nothing: it does not apply to this APDU
            bool forEver = false, final = false; // in this answer and all later ones; nobody brings a card
        };
        using Answer = std::optional<CardResult<Bytes>>;
        const auto status = [](std::string_view sw) {
            return Fault{"answer " + std::string(sw), [answer = fromHex(sw).value()](Run&, ByteView) { return Answer(answer); }};
        };
        const auto real = [](Run& run, ByteView apdu) { return run.card->state->reader.card()->transmit(apdu); };
        const std::vector<Fault> faults{
            {"removed",
             [](Run& run, ByteView) {
                 run.card->remove();
                 return Answer(tl::unexpected(CardFault::Removed));
             },
             false, true},
            {"removed and put back",
             [](Run& run, ByteView) {
                 run.card->remove();
                 run.card->insert();
                 return Answer(tl::unexpected(CardFault::Removed));
             }},
            {"another card",
             [](Run& run, ByteView) {
                 auto& reader = run.card->state->reader;
                 static SystemRandom random;
                 reader.insert(std::make_unique<card::SimulatedCard>(run.card->state->persona, std::vector{run.lab->cvca()}, random,
                                                                     dateOf(std::chrono::system_clock::now())));
                 return Answer(tl::unexpected(CardFault::Removed));
             }},
            status("6F00"),
            status("6982"),
            status("6700"),
            status("63C0"),
            status("9000"), // without secure messaging, and without the data that belongs to it
            {"empty answer", [](Run&, ByteView) { return Answer(Bytes()); }},
            {"half an answer",
             [&](Run& run, ByteView apdu) {
                 auto answer = real(run, apdu);
                 answer.resize(answer.size() / 2);
                 return Answer(answer);
             }},
            {"wrong MAC",
             [&](Run& run, ByteView apdu) {
                 if (!underSecureMessaging(apdu)) return Answer();
                 auto answer = real(run, apdu);
                 answer[answer.size() - 3] ^= 1;
                 return Answer(answer);
             }},
            {"one bit wrong in the middle",
             [&](Run& run, ByteView apdu) {
                 auto answer = real(run, apdu);
                 answer[answer.size() / 2] ^= 1;
                 return Answer(answer);
             }},
            {"an answer of yesterday",
             [&](Run& run, ByteView apdu) {
                 run.late(deadline::authenticate + std::chrono::seconds(1));
                 return Answer(real(run, apdu));
             }},
            {"reader gone",
             [](Run& run, ByteView) {
                 run.card->remove();
                 return Answer(tl::unexpected(CardFault::CommandFailed));
             },
             false, true},
            {"service gone", [](Run&, ByteView) { return Answer(tl::unexpected(CardFault::CommandFailed)); }, true, true},
        };
        const auto apdus = learn(setUp).apdus.size();
        for (int at = 0; at < int(apdus); ++at)
            for (const auto& fault : faults)
            {
                Run run(setUp);
                bool applied = false, over = false;
                run.injection.entered = [&](std::string_view state) { over = over || state == EndDialogue::name; };
                run.injection.card = [&](int, ByteView apdu) -> Answer {
                    const int n = int(run.moments.apdus.size()) - 1; // over all insertions
                    if (over || (fault.forEver ? n < at : n != at)) return {};
                    auto answer = fault.answer(run, apdu);
                    applied = applied || answer;
                    return answer;
                };
                run.injection.cardWanted = [&] {
                    if (fault.final) return run.late(deadline::card + std::chrono::seconds(1));
                    run.card->remove(); // a person takes it away and puts it back
                    run.card->insert();
                };
                run.go();
                if (!applied) continue;
                const bool waitedInVain = fault.final && run.end && run.end->failure && run.end->failure->code == FailureCode::User_Cancelled;
                check(run, setUp, waitedInVain ? Layer::User : Layer::Card, Must::Either, "APDU " + std::to_string(at) + ": " + fault.name);
            }
    }

    void sweepUser(const SetUp& setUp)
    {
        const auto moments = learn(setUp);
        for (const bool gone : {false, true})
        {
            if (gone && setUp.changesPin) return; // nobody waits for an answer
            const std::string what = gone ? "the client is gone" : "cancel";
            const auto stop = [gone](LoginBench& login) { gone ? login.leave() : login.cancel(); };
            for (int at = 0; at < moments.jobs; ++at)
            {
                Run run(setUp);
                run.injection.job = [&](int job) {
                    if (job == at) stop(*run.login);
                };
                run.go();
                check(run, setUp, Layer::User, Must::Either, "job " + std::to_string(at) + ": " + what);
            }
            for (int at = 0; at < int(moments.apdus.size()); ++at)
            {
                Run run(setUp);
                run.injection.card = [&](int n, ByteView) -> std::optional<CardResult<Bytes>> {
                    if (n == at) stop(*run.login);
                    return {};
                };
                run.go();
                check(run, setUp, Layer::User, Must::Either, "APDU " + std::to_string(at) + ": " + what);
            }
            for (const auto& place : moments.exchanges)
            {
                Run run(setUp);
                run.injection.answer = [&](lab::Server s, int n, const lab::HttpRequest&, lab::HttpAnswer&) {
                    if (Place{s, n} == place) stop(*run.login);
                };
                run.go();
                check(run, setUp, Layer::User, Must::Either, "exchange " + place.text() + ": " + what);
            }
        }
    }

private Q_SLOTS:
    void network()
    {
        for (const auto& setUp : {plain, redirected, attachedSite}) sweepNetwork(setUp);
    }
    void card()
    {
        for (const auto& setUp : {plain, atPad}) sweepCard(setUp);
    }
    void user()
    {
        for (const auto& setUp : {plain, redirected, attachedSite, atPad}) sweepUser(setUp);
    }
    void cardOfAPinChange()
    {
        for (const auto& setUp : {pinChange, pinChangeAtPad}) sweepCard(setUp);
    }
    void userOfAPinChange()
    {
        for (const auto& setUp : {pinChange, pinChangeAtPad}) sweepUser(setUp);
    }

    void cleanupTestCase()
    {
        for (const auto& [code, count] : codes_) std::printf("  %5d %s\n", count, code.c_str());
        std::printf("faults injected %d, ended in a documented code %d, went on to success %d, wrong layer %d, hung %d\n", injected_, documented_, succeeded_,
                    wrong_, hung_);
        QVERIFY(injected_ >= 1000);
        QCOMPARE(documented_ + succeeded_, injected_);
        QCOMPARE(wrong_, 0);
        QCOMPARE(hung_, 0);
    }
};

QTEST_GUILESS_MAIN(sweep_test)
#include "sweep_test.moc"
