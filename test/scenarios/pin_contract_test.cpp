// What an embedder may do and rely on when a PIN is changed, unblocked or checked, through the public headers alone: the events and
// their order, malformed and late answers, cancel or destroy at any event, and a login with the new PIN.
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTest>
#include <QTimer>

#include "eidkern/engine.h"
#include "eidkern/lab.h"

using namespace eidkern;

namespace
{

bool until(const std::function<bool()>& done)
{
    QTimer tick;
    tick.start(200);
    for (const QDeadlineTimer limit(20'000); !done() && !limit.hasExpired();)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents);
    return done();
}

// Answers every question with what is right, unless `meddle` (called with the number of the event) returns false.
struct Holder
{
    explicit Holder(SimulatedCard c) : card(std::move(c)) {}

    std::function<bool(Engine& engine, int event, Event& what)> meddle = [](Engine&, int, Event&) { return true; };
    SimulatedCard card;
    std::string newPin = "314159";
    std::vector<std::string> told;
    std::optional<WorkflowFinished> end;
    int events = 0;

    static std::string nameOf(Password password) { return password == Password::Can ? "CAN" : password == Password::Puk ? "PUK" : "PIN"; }

    Engine::Handler handler(Engine& engine)
    {
        return [this, &engine](Event& event) {
            if (const auto* asked = std::get_if<PasswordAsked>(&event))
                told.push_back(nameOf(asked->password) + " " + std::to_string(asked->fewestDigits) + "-" + std::to_string(asked->mostDigits));
            if (std::holds_alternative<NewPinAsked>(event)) told.emplace_back("new PIN");
            const bool go = meddle(engine, events++, event); // may destroy the engine
            if (auto* finished = std::get_if<WorkflowFinished>(&event)) end = std::move(*finished);
            if (!go) return;
            if (const auto* rights = std::get_if<RightsAsked>(&event)) engine.grant(rights->id, rights->optional);
            if (const auto* asked = std::get_if<PasswordAsked>(&event))
                engine.enter(asked->id, Secret(asked->password == Password::Can ? card.can() : asked->password == Password::Puk ? card.puk() : card.pin()));
            if (const auto* asked = std::get_if<NewPinAsked>(&event)) engine.enter(asked->id, Secret(newPin));
        };
    }
};

} // namespace

class pin_contract_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<PublicLab> lab;
    std::vector<TrustAnchor> anchors;

    SimulatedCard newCard(std::string_view persona = "adult") const
    {
        return SimulatedCard::fromPersona(SimulatedCard::builtInPersona(persona), anchors).value();
    }
    EngineSettings settings(const SimulatedCard& card) const { return {anchors, {card}, {}}; }

    static void finish(Holder& holder)
    {
        QVERIFY(until([&] { return holder.end.has_value(); }));
        QVERIFY2(!holder.end->failure, holder.end->failure ? std::string(name(holder.end->failure->code)).c_str() : "");
        QCOMPARE(holder.end->browserStatus, 0);
    }

    void checkALoginWorks(const SimulatedCard& card) const
    {
        Engine engine(settings(card));
        Holder holder(card);
        QVERIFY(engine.selfAuthenticate(lab->selfAuthUrl(), holder.handler(engine)));
        finish(holder);
        QCOMPARE(holder.told, std::vector<std::string>{"PIN 6-6"}); // in a login nobody is asked for a transport PIN
    }

private Q_SLOTS:
    void initTestCase()
    {
        lab = PublicLab::start({}).value();
        anchors = {TrustAnchor::parse(lab->cvca()).value()};
    }

    void aPinAndThenALoginWithTheNewOne_data()
    {
        QTest::addColumn<QByteArray>("persona");
        QTest::addColumn<QString>("told");
        QTest::newRow("six digits") << QByteArray("adult") << "PIN 5-6, new PIN";
        QTest::newRow("the transport PIN") << QByteArray("transport-pin") << "PIN 5-6, new PIN";
        QTest::newRow("suspended") << QByteArray("wrong-pin-twice") << "CAN 6-6, PIN 5-6, new PIN";
        QTest::newRow("blocked") << QByteArray("pin-blocked") << "PUK 10-10, PIN 5-6, new PIN";
    }
    void aPinAndThenALoginWithTheNewOne()
    {
        QFETCH(QByteArray, persona);
        QFETCH(QString, told);
        const auto card = newCard(persona.toStdString());
        {
            Engine engine({.trustAnchors = {}, .cards = {card}, .log = {}}); // no service, no trust anchor
            Holder holder(card);
            QVERIFY(engine.changePin(holder.handler(engine)));
            QVERIFY(engine.running());
            QVERIFY(!engine.changePin([](Event&) {}) && !engine.unblock([](Event&) {}) && !engine.checkPassword(Password::Can, [](Event&) {}));
            finish(holder);
            QStringList all;
            for (const auto& each : holder.told) all << QString::fromStdString(each);
            QCOMPARE(all.join(", "), told);
        }
        QCOMPARE(card.pin(), std::string_view("314159"));
        checkALoginWorks(card);
    }

    void unblockingAsksForThePukOnlyWhenItIsNeeded()
    {
        const auto card = newCard("pin-blocked");
        Engine engine(settings(card));
        for (const auto& told : {std::vector<std::string>{"PUK 10-10"}, std::vector<std::string>{}}) // the second time it is not blocked any more
        {
            Holder holder(card);
            QVERIFY(engine.unblock(holder.handler(engine)));
            finish(holder);
            QCOMPARE(holder.told, told);
        }
        checkALoginWorks(card);
    }

    void passwordsAreChecked()
    {
        const auto card = newCard("transport-pin");
        Engine engine(settings(card));
        for (const auto& [password, told] : {std::pair{Password::Pin, "PIN 5-6"}, std::pair{Password::Can, "CAN 6-6"}, std::pair{Password::Puk, "PUK 10-10"}})
        {
            Holder holder(card);
            QVERIFY(engine.checkPassword(password, holder.handler(engine)));
            finish(holder);
            QCOMPARE(holder.told, std::vector<std::string>{told});
        }
    }

    void aMalformedNewPinIsRefusedAndTheQuestionStaysOpen()
    {
        const auto card = newCard();
        Engine engine(settings(card));
        Holder holder(card);
        std::optional<QuestionId> answered;
        holder.meddle = [&](Engine& e, int, Event& event) {
            if (answered && e.enter(*answered, Secret("111111")) != AnswerResult::NotAsked) qFatal("answered twice");
            const auto* asked = std::get_if<NewPinAsked>(&event);
            if (!asked) return true;
            for (const auto* malformed : {"", "12345", "1234567", "12345a", "12 456"})
                if (e.enter(asked->id, Secret(malformed)) != AnswerResult::Malformed) qFatal("%s was taken", malformed);
            if (e.enter(asked->id, Secret("271828")) != AnswerResult::Accepted) qFatal("six digits were not taken");
            answered = asked->id;
            return false;
        };
        QVERIFY(engine.changePin(holder.handler(engine)));
        finish(holder);
        QCOMPARE(card.pin(), std::string_view("271828"));
    }

    void percentNeverFallsAndEventsAreNeverInline()
    {
        const auto card = newCard("wrong-pin-twice");
        Engine engine(settings(card));
        Holder holder(card);
        int percent = 0;
        bool inside = true;
        holder.meddle = [&](Engine&, int, Event& event) {
            if (inside) qFatal("an event inside a call");
            if (const auto* state = std::get_if<StateEntered>(&event))
            {
                if (state->percent < percent) qFatal("percent fell");
                percent = state->percent;
            }
            return true;
        };
        QVERIFY(engine.changePin(holder.handler(engine)));
        inside = false;
        finish(holder);
        QCOMPARE(percent, 100);
    }

    void cancelOrDestroyAtEveryEvent()
    {
        for (const bool destroy : {false, true})
            for (int at = 0;; ++at)
            {
                const auto card = newCard("pin-blocked");
                auto engine = std::make_unique<Engine>(settings(card));
                Holder holder(card);
                bool gone = false;
                holder.meddle = [&](Engine& e, int event, Event&) {
                    if (event == at && !destroy) e.cancel();
                    if (event != at || !destroy) return true;
                    engine.reset();
                    gone = true;
                    return false;
                };
                QVERIFY(engine->changePin(holder.handler(*engine)));
                QVERIFY(until([&] { return gone || holder.end; }));
                if (holder.end && holder.end->failure) QCOMPARE(holder.end->failure->code, FailureCode::User_Cancelled);
                if (holder.end && !holder.end->failure) QCOMPARE(card.pin(), std::string_view("314159")); // too late to cancel
                if (holder.events <= at) break; // it was over before
                Engine again(settings(card));
                Holder next(card);
                QVERIFY(again.changePin(next.handler(again))); // the card is free, and its PIN is the old or the new one
                finish(next);
            }
    }
};

QTEST_GUILESS_MAIN(pin_contract_test)
#include "pin_contract_test.moc"
