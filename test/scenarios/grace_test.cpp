// The grace time: after a cancel the server and the browser are told, but nobody waits for them longer than that. The first
// failure is what the embedder hears, the engine is free at once.
#include <QTest>

#include "scenarios/login_bench.h"

using namespace eidkern;
using namespace eidkern::test;

class grace_test : public QObject
{
    Q_OBJECT

    SystemRandom random;
    network::QtScheduler scheduler;
    ManualClock clock{scheduler, dateOf(std::chrono::system_clock::now())};

private Q_SLOTS:
    void aSilentServerIsNotWaitedFor()
    {
        bool silent = true;
        lab::FaultScript faults;
        faults.answer = [&](lab::Server server, int number, const lab::HttpRequest&, lab::HttpAnswer& answer) {
            if (silent && server == lab::Server::EidServer && number == 2) answer.delivery = lab::HttpAnswer::Delivery::Silence;
        };
        const auto lab = labFor(random, clock, faults);
        const auto card = cardFor(*lab);
        Engine engine({.trustAnchors = anchorsOf(*lab), .cards = {card}, .log = {}, .grace = std::chrono::milliseconds(150)});
        std::optional<WorkflowFinished> end;
        int ends = 0;
        const Engine::Handler handler = [&](Event& event) {
            if (const auto* rights = std::get_if<RightsAsked>(&event)) engine.grant(rights->id, rights->optional);
            if (const auto* password = std::get_if<PasswordAsked>(&event)) engine.enter(password->id, Secret(card.pin()));
            if (const auto* state = std::get_if<StateEntered>(&event); state && state->state == "SendEac1" && silent) engine.cancel();
            if (auto* finished = std::get_if<WorkflowFinished>(&event)) end = std::move(*finished), ++ends;
        };
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), handler));
        QTRY_VERIFY_WITH_TIMEOUT(end.has_value(), 5000);
        QVERIFY(end->failure && end->failure->code == FailureCode::User_Cancelled);
        QVERIFY(!engine.running());

        silent = false;
        end.reset();
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), handler));
        QTRY_VERIFY_WITH_TIMEOUT(end.has_value(), 5000);
        QVERIFY(!end->failure);
        QCOMPARE(ends, 2);
    }
};

QTEST_GUILESS_MAIN(grace_test)
#include "grace_test.moc"
