// What an embedder may do and rely on, through the public headers alone: cancel or destroy in any event handler, answers that
// come late or twice, several engines at once, the next login after every end.
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTest>
#include <QTimer>
#include <optional>
#include <stdexcept>

#include "eidkern/engine.h"
#include "eidkern/lab.h"

using namespace eidkern;

namespace
{

// Runs one login and answers every question, unless `meddle` (called with the number of the event, before it is answered)
// returns false.
class Login
{
public:
    std::function<bool(Engine& engine, int event, Event& what)> meddle = [](Engine&, int, Event&) { return true; };
    std::optional<WorkflowFinished> end;
    int events = 0, ends = 0;

    Engine::Handler handler(Engine& engine, const SimulatedCard& card)
    {
        return [this, &engine, card](Event& event) {
            const bool go = meddle(engine, events++, event); // may destroy the engine
            if (auto* finished = std::get_if<WorkflowFinished>(&event))
            {
                ++ends;
                end = std::move(*finished);
            }
            if (!go) return;
            if (const auto* rights = std::get_if<RightsAsked>(&event)) engine.grant(rights->id, rights->optional);
            if (const auto* password = std::get_if<PasswordAsked>(&event))
                engine.enter(password->id, Secret(password->password == Password::Can ? card.can() : card.pin()));
        };
    }
};

bool until(const std::function<bool()>& done, int ms = 20'000)
{
    QTimer tick;
    tick.start(200);
    for (const QDeadlineTimer limit(ms); !done() && !limit.hasExpired();)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents);
    return done();
}

} // namespace

class contract_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<PublicLab> lab;
    std::vector<TrustAnchor> anchors;

    SimulatedCard newCard() const { return SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), anchors).value(); }
    EngineSettings settings(const SimulatedCard& card) const { return {anchors, {card}, {}}; }

    void checkALoginWorks(Engine& engine, const SimulatedCard& card)
    {
        Login login;
        QVERIFY(engine.selfAuthenticate(lab->selfAuthUrl(), login.handler(engine, card)));
        QVERIFY(until([&] { return login.end.has_value(); }));
        QVERIFY2(!login.end->failure, login.end->failure ? std::string(name(login.end->failure->code)).c_str() : "");
        QVERIFY(login.end->ownData.text().find("PersonalData") != std::string_view::npos);
        QCOMPARE(login.ends, 1);
    }

private Q_SLOTS:
    void initTestCase()
    {
        lab = PublicLab::start({}).value();
        anchors = {TrustAnchor::parse(lab->cvca()).value()};
    }

    void aLoginAndThenAnother()
    {
        const auto card = newCard();
        Engine engine(settings(card));
        checkALoginWorks(engine, card);
        checkALoginWorks(engine, card);
        QVERIFY(!engine.running());
    }

    void unknownTlsProfile()
    {
        auto wrong = settings(newCard());
        for (const auto& name : tlsProfiles())
        {
            wrong.tlsProfile = name;
            Engine engine(wrong);
        }
        wrong.tlsProfile = "best";
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, Engine{wrong});
    }

    void percentNeverFallsAndEventsAreNeverInline()
    {
        const auto card = newCard();
        Engine engine(settings(card));
        Login login;
        int percent = 0;
        bool inside = true;
        login.meddle = [&](Engine&, int, Event& event) {
            if (inside) qFatal("an event inside a call");
            if (const auto* state = std::get_if<StateEntered>(&event))
            {
                if (state->percent < percent) qFatal("percent fell");
                percent = state->percent;
            }
            return true;
        };
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), login.handler(engine, card)));
        QVERIFY(!engine.authenticate(lab->tcTokenUrl(), [](Event&) {})); // one at a time
        inside = false;
        QVERIFY(until([&] { return login.end.has_value(); }));
        QVERIFY(!login.end->failure);
        QCOMPARE(percent, 100);
        QCOMPARE(login.end->browserStatus, 303);
        QVERIFY(login.end->browserLocation.find("ResultMajor=ok") != std::string::npos);
    }

    void cancelInsideEveryEvent()
    {
        const auto card = newCard();
        Engine engine(settings(card));
        for (int at = 0;; ++at)
        {
            Login login;
            bool reached = false;
            login.meddle = [&](Engine& e, int event, Event&) {
                if (event != at) return true;
                reached = true;
                e.cancel();
                e.cancel(); // a second one changes nothing
                return true;
            };
            QVERIFY(engine.authenticate(lab->tcTokenUrl(), login.handler(engine, card)));
            QVERIFY2(until([&] { return login.end.has_value(); }), qPrintable(QString("hangs when cancelled at event %1").arg(at)));
            QCOMPARE(login.ends, 1);
            QVERIFY(!engine.running());
            if (login.end->failure) QCOMPARE(QByteArray(name(login.end->failure->code).data()), QByteArray("User_Cancelled"));
            if (!reached) break;
        }
        checkALoginWorks(engine, card);
    }

    void destroyInsideEveryEvent()
    {
        const auto card = newCard();
        for (int at = 0;; ++at)
        {
            auto engine = std::make_unique<Engine>(settings(card));
            Login login;
            bool destroyed = false;
            login.meddle = [&](Engine&, int event, Event&) {
                if (event != at) return true;
                destroyed = true;
                engine.reset();
                return false;
            };
            QVERIFY(engine->authenticate(lab->tcTokenUrl(), login.handler(*engine, card)));
            until([&] { return destroyed || login.end.has_value(); });
            const auto events = login.events;
            QCoreApplication::processEvents();
            if (!destroyed) break;
            QCOMPARE(login.events, events); // no event after the end
        }
        Engine engine(settings(card));
        checkALoginWorks(engine, card);
    }

    void theNextLoginMayStartInTheLastEvent()
    {
        const auto card = newCard();
        Engine engine(settings(card));
        Login first, second;
        first.meddle = [&](Engine& e, int, Event& event) {
            if (std::holds_alternative<WorkflowFinished>(event) && !e.authenticate(lab->tcTokenUrl(), second.handler(e, card))) qFatal("still running");
            return true;
        };
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), first.handler(engine, card)));
        QVERIFY(until([&] { return second.end.has_value(); }));
        QVERIFY(!second.end->failure);
    }

    void answersCountOnce()
    {
        const auto card = newCard();
        Engine engine(settings(card));
        Login login;
        std::optional<QuestionId> rightsId, pinId;
        login.meddle = [&](Engine& e, int, Event& event) {
            if (const auto* rights = std::get_if<RightsAsked>(&event))
            {
                rightsId = rights->id;
                if (e.enter(rights->id, Secret("123456")) != AnswerResult::NotAsked) qFatal("a PIN for a question about rights");
                if (e.grant(rights->id, {"NoSuchRight"}) != AnswerResult::Malformed) qFatal("an unknown right");
                if (e.grant(rights->id, rights->optional) != AnswerResult::Accepted) qFatal("refused");
                if (e.grant(rights->id, {}) != AnswerResult::NotAsked) qFatal("a second answer");
                return false;
            }
            if (const auto* password = std::get_if<PasswordAsked>(&event))
            {
                pinId = password->id;
                if (e.grant(*rightsId, {}) != AnswerResult::NotAsked) qFatal("a late answer");
                if (e.enter(*rightsId, Secret(card.pin())) != AnswerResult::NotAsked) qFatal("an answer to another question");
                for (const char* bad : {"", "12345", "1234567", "12345a"})
                    if (e.enter(password->id, Secret(bad)) != AnswerResult::Malformed) qFatal("a malformed PIN");
                if (e.enter(password->id, Secret(card.pin())) != AnswerResult::Accepted) qFatal("refused");
                if (e.enter(password->id, Secret("000000")) != AnswerResult::NotAsked) qFatal("a second PIN burns a try");
                return false;
            }
            return true;
        };
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), login.handler(engine, card)));
        QVERIFY(until([&] { return login.end.has_value(); }));
        QVERIFY(!login.end->failure);
        QVERIFY(engine.enter(*pinId, Secret("123456")) == AnswerResult::NotAsked); // after the end
    }

    void aQuestionWhoseCardIsGoneTakesNoAnswer()
    {
        auto card = newCard();
        Engine engine(settings(card));
        Login login;
        std::optional<QuestionId> old;
        login.meddle = [&](Engine& e, int, Event& event) {
            if (const auto* password = std::get_if<PasswordAsked>(&event); password && !old)
            {
                old = password->id;
                card.remove();
                return false;
            }
            if (std::holds_alternative<CardWanted>(event))
            {
                if (e.enter(*old, Secret(card.pin())) != AnswerResult::NotAsked) qFatal("an answer to a withdrawn question");
                card.insert();
            }
            return true;
        };
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), login.handler(engine, card)));
        QVERIFY(until([&] { return login.end.has_value(); }));
        QVERIFY(!login.end->failure);
    }

    void twoEnginesWithTwoLoginsAtOnce()
    {
        const auto one = newCard(), two = newCard();
        Engine first(settings(one)), second(settings(two));
        Login a, b;
        int overlap = 0;
        a.meddle = [&](Engine&, int, Event&) { return overlap += second.running(), true; };
        QVERIFY(first.selfAuthenticate(lab->selfAuthUrl(), a.handler(first, one)));
        QVERIFY(second.authenticate(lab->tcTokenUrl(), b.handler(second, two)));
        QVERIFY(until([&] { return a.end && b.end; }));
        QVERIFY(!a.end->failure && !b.end->failure);
        QVERIFY(overlap > 5); // they really ran side by side
    }

    void aCardInUseByAnotherEngineIsWaitedFor()
    {
        const auto card = newCard();
        Engine first(settings(card)), second(settings(card));
        Login a, b;
        QVERIFY(first.authenticate(lab->tcTokenUrl(), a.handler(first, card)));
        QVERIFY(second.authenticate(lab->tcTokenUrl(), b.handler(second, card)));
        QVERIFY(until([&] { return a.end && b.end; }));
        QVERIFY(!a.end->failure && !b.end->failure);
    }

    void cancellingWhenNothingRunsIsNothing()
    {
        const auto card = newCard();
        Engine engine(settings(card));
        engine.cancel();
        checkALoginWorks(engine, card);
    }

    void withoutATrustAnchorNoServiceIsAccepted()
    {
        const auto card = newCard();
        Engine engine({{}, {card}, {}});
        Login login;
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), login.handler(engine, card)));
        QVERIFY(until([&] { return login.end.has_value(); }));
        QVERIFY(login.end->failure && login.end->failure->code == FailureCode::Pre_Verification_Invalid_Certificate_Chain);
    }

    void developerModeRefusesTheProductionPki_data()
    {
        QTest::addColumn<bool>("production");
        QTest::addColumn<bool>("developerMode");
        for (const bool production : {false, true})
            for (const bool developerMode : {false, true})
                QTest::addRow("%s root, developer mode %s", production ? "production" : "test", developerMode ? "on" : "off") << production << developerMode;
    }
    void developerModeRefusesTheProductionPki()
    {
        QFETCH(bool, production);
        QFETCH(bool, developerMode);
        const auto card = newCard();
        auto wanted = settings(card);
        wanted.trustAnchors = {TrustAnchor::parse(lab->cvca(), production ? Pki::Production : Pki::Test).value()};
        wanted.developerMode = developerMode;
        Engine engine(wanted);
        Login login;
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), login.handler(engine, card)));
        QVERIFY(until([&] { return login.end.has_value(); }));
        QCOMPARE(login.end->failure.has_value(), production && developerMode);
        if (login.end->failure) QVERIFY(login.end->failure->code == FailureCode::Pre_Verification_No_Test_Environment);
    }

    void aReaderWithAPadAsksThere()
    {
        const auto card = SimulatedCard::fromPersona(SimulatedCard::builtInPersona("pin-pad"), anchors).value();
        Engine engine(settings(card));
        Login login;
        std::vector<std::pair<int, bool>> wanted; // tries, wrong before
        login.meddle = [&](Engine&, int, Event& event) {
            if (std::holds_alternative<PasswordAsked>(event)) qFatal("the reader takes the password itself");
            if (const auto* e = std::get_if<PasswordWantedAtReader>(&event)) wanted.emplace_back(e->triesLeft, e->wrongBefore);
            return true;
        };
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), login.handler(engine, card)));
        QVERIFY(until([&] { return login.end.has_value(); }));
        QVERIFY(!login.end->failure);
        QVERIFY(wanted == (std::vector<std::pair<int, bool>>{{3, false}, {2, true}}));
    }

    void aReaderThatWaitsIsToldOf()
    {
        auto json = QByteArray::fromStdString(std::string(SimulatedCard::builtInPersona("pin-pad")));
        QVERIFY(json.contains("\"wrong\""));
        const auto card = SimulatedCard::fromPersona(json.replace("\"wrong\"", "\"nothing\"").toStdString(), anchors).value();
        Engine engine(settings(card));
        Login login;
        int stillWaits = 0;
        login.meddle = [&](Engine& running, int, Event& event) {
            if (const auto* state = std::get_if<StateEntered>(&event); state && state->state == "EstablishPace") running.cancel();
            stillWaits += std::holds_alternative<ReaderStillWaits>(event);
            return true;
        };
        QVERIFY(engine.authenticate(lab->tcTokenUrl(), login.handler(engine, card)));
        QVERIFY(until([&] { return login.end.has_value(); }));
        QVERIFY(login.end->failure && login.end->failure->code == FailureCode::User_Cancelled);
        QCOMPARE(stillWaits, 1);
    }

    void trustAnchorsAreRoots()
    {
        QVERIFY(!TrustAnchor::parse({}));
        auto root = lab->cvca();
        QCOMPARE(QByteArray(TrustAnchor::parse(root)->holder().data()), QByteArray("DELABCVCA00001"));
        root.back() ^= 1;
        QVERIFY(!TrustAnchor::parse(root)); // the signature
    }
};

QTEST_GUILESS_MAIN(contract_test)
#include "contract_test.moc"
