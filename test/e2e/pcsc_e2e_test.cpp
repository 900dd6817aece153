// Logins with a card in a reader of a real pcscd: the card is the simulated one, behind a virtual reader of our own.
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTest>
#include <QTimer>
#include <atomic>
#include <dlfcn.h>
#include <optional>
#include <thread>

#include "e2e/daemon.h"
#include "e2e/other_program.h"
#include "e2e/until.h"
#include "eidkern/engine.h"
#include "eidkern/lab.h"
#include "eidkern/readers.h"
#include "eidkern/vpcd_card.h"

using namespace eidkern;
using test::OtherProgram;
using test::until;

namespace
{

const std::string readerName = "Virtual Reader 00 00";

std::atomic<int> begun = 0; // calls of SCardBeginTransaction, which waits inside

} // namespace

extern "C" LONG SCardBeginTransaction(SCARDHANDLE card) // wins over the library's
{
    static const auto real = reinterpret_cast<LONG (*)(SCARDHANDLE)>(::dlsym(RTLD_NEXT, "SCardBeginTransaction"));
    ++begun;
    begun.notify_all();
    return real(card);
}

class pcsc_e2e_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<test::Daemon> daemon;
    std::unique_ptr<PublicLab> lab;
    std::vector<TrustAnchor> anchors;
    std::optional<SimulatedCard> chip;
    std::unique_ptr<VpcdCard> card; // while it is on the reader
    std::optional<WorkflowFinished> end;
    std::vector<std::string> log;

    void put() { card = VpcdCard::offer(*chip, daemon->path("card").toStdString()); }

    // A login that answers every question; `meddle` sees each event first, and false leaves it without an answer.
    std::unique_ptr<Engine> login(std::function<bool(Event&)> meddle = [](Event&) { return true; }, std::string only = {})
    {
        end.reset();
        EngineSettings settings;
        settings.trustAnchors = anchors;
        settings.log = [this](const std::string& line) { log.push_back(line); };
        settings.pcscReaders = true;
        settings.pcscReader = std::move(only);
        auto engine = std::make_unique<Engine>(std::move(settings));
        engine->selfAuthenticate(lab->selfAuthUrl(), [this, meddle, on = engine.get()](Event& event) {
            if (!meddle(event)) return;
            if (const auto* rights = std::get_if<RightsAsked>(&event)) on->grant(rights->id, rights->optional);
            if (const auto* password = std::get_if<PasswordAsked>(&event)) on->enter(password->id, Secret(chip->pin()));
            if (auto* finished = std::get_if<WorkflowFinished>(&event)) end = std::move(*finished);
        });
        return engine;
    }

    std::string outcome() // "success", the name of the failure, or that there is no end
    {
        if (!until([this] { return end.has_value(); })) return "no end";
        return end->failure ? std::string(name(end->failure->code)) : "success";
    }

    template<typename E>
    static bool is(const Event& event)
    {
        return std::holds_alternative<E>(event);
    }
    static bool enters(const Event& event, std::string_view state)
    {
        const auto* entered = std::get_if<StateEntered>(&event);
        return entered && entered->state == state;
    }

private Q_SLOTS:
    void initTestCase()
    {
        daemon = std::make_unique<test::Daemon>();
        lab = PublicLab::start({}).value();
        anchors = {TrustAnchor::parse(lab->cvca()).value()};
        daemon->addReader("Virtual Reader", "v:unix=" + daemon->path("card") + ":events=1", daemon->path("libifd_virtual.so"));
    }

    void init()
    {
        chip = SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), anchors).value();
        log.clear();
        QVERIFY2(daemon->start(), daemon->log());
    }
    void cleanup()
    {
        if (QTest::currentTestFailed())
            for (const auto& line : log) qWarning("%s", line.c_str());
        card.reset();
        daemon->stop();
        QVERIFY(until([] { return finishPcsc(std::chrono::milliseconds(0)); }));
    }

    void aLogin()
    {
        put();
        std::string reader;
        const auto engine = login([&](Event& event) {
            if (const auto* found = std::get_if<CardFound>(&event)) reader = found->reader;
            return true;
        });
        QCOMPARE(outcome(), "success");
        QCOMPARE(reader, readerName);
        QVERIFY(end->ownData.text().find("PersonalData") != std::string_view::npos);
    }

    void theCardComesLater()
    {
        const auto engine = login([this](Event& event) {
            if (is<CardWanted>(event)) put();
            return true;
        });
        QCOMPARE(outcome(), "success");
    }

    void onlyTheReaderThatWasNamed()
    {
        put();
        int wanted = 0;
        const auto engine = login(
            [&](Event& event) {
                wanted += is<CardWanted>(event);
                if (is<CardFound>(event)) qFatal("a card in another reader");
                return true;
            },
            "Another Reader 00 00");
        QVERIFY(until([&] { return wanted == 1; }));
        engine->cancel();
        QCOMPARE(outcome(), "User_Cancelled");
    }

    void takenOffWhileThePinIsAskedAndPutBack()
    {
        put();
        int asked = 0;
        const auto engine = login([&](Event& event) {
            if (is<CardWanted>(event)) put();
            if (!is<PasswordAsked>(event) || asked++ > 0) return true;
            card.reset();
            return false;
        });
        QCOMPARE(outcome(), "success");
        QCOMPARE(asked, 2);
    }

    void takenOffAfterThePin_data()
    {
        QTest::addColumn<QByteArray>("state");
        for (const auto* state : {"SendEac1", "SendEac2", "RelayApdus"}) QTest::newRow(state) << QByteArray(state);
    }
    void takenOffAfterThePin()
    {
        QFETCH(QByteArray, state);
        put();
        const auto engine = login([&](Event& event) {
            if (enters(event, state.toStdString())) card.reset();
            return true;
        });
        QCOMPARE(outcome(), "Card_Removed");
    }

    void anotherProgramHoldsTheCardForAWhile()
    {
        put();
        std::optional<OtherProgram> other;
        std::thread release;
        const auto engine = login([&](Event& event) {
            if (!is<PasswordAsked>(event)) return true;
            other.emplace(readerName);
            if (!other->connected || !other->begin()) qFatal("the other program has no card");
            release = std::thread([&, before = begun.load()] {
                begun.wait(before); // until the engine wants it too
                other->end();
            });
            return true;
        });
        const auto result = outcome();
        if (release.joinable()) release.join();
        QCOMPARE(result, "success");
    }

    void anotherProgramResetsTheCardBeforeThePin()
    {
        put();
        std::optional<QuestionId> asked;
        const auto engine = login([&](Event& event) {
            if (const auto* password = std::get_if<PasswordAsked>(&event)) asked = password->id;
            return !asked || is<WorkflowFinished>(event);
        });
        QVERIFY(until([&] { return asked.has_value(); }));
        std::atomic<bool> reset = false, done = false;
        std::thread other([&] { // the card lives in this thread's event loop
            reset = OtherProgram(readerName).reset();
            done = true;
        });
        QVERIFY(until([&] { return done.load(); }));
        other.join();
        QVERIFY(reset);
        engine->enter(*asked, Secret(chip->pin()));
        QCOMPARE(outcome(), "success");
    }

    void nobodyGetsInBetweenAfterThePin()
    {
        put();
        std::thread other;
        std::atomic<bool> tried = false, got = false;
        const auto engine = login([&](Event& event) {
            if (enters(event, "SendEac1"))
                other = std::thread([&] {
                    tried = true;
                    OtherProgram program(readerName); // waits until the login is over
                    got = program.connected && program.reset();
                });
            return true;
        });
        QCOMPARE(outcome(), "success");
        QVERIFY(tried);
        QVERIFY(until([&] { return got.load(); }));
        other.join();
    }

    void anEngineThatDiesWhileTheCardIsHeldByAnother()
    {
        put();
        std::optional<OtherProgram> other;
        int before = 0;
        auto engine = login([&](Event& event) {
            if (!is<PasswordAsked>(event)) return true;
            other.emplace(readerName);
            if (!other->begin()) qFatal("the other program has no card");
            before = begun;
            return true;
        });
        QVERIFY(until([&] { return before > 0 && begun > before; })); // now its thread waits for the card
        QElapsedTimer timer;
        timer.start();
        engine.reset();
        QVERIFY2(timer.elapsed() < 500, "the destructor waits");
        QVERIFY(!end);
        QVERIFY(other->end());
        QVERIFY(until([] { return finishPcsc(std::chrono::milliseconds(0)); }));
    }

    void anEngineThatDiesWhileTheDaemonHangs()
    {
        put();
        bool asked = false;
        auto engine = login([&](Event& event) {
            asked |= is<PasswordAsked>(event);
            return !asked;
        });
        QVERIFY(until([&] { return asked; }));
        daemon->hang(true);
        QElapsedTimer timer;
        timer.start();
        engine.reset();
        const auto took = timer.elapsed();
        daemon->hang(false);
        QVERIFY2(took < 1000, "the destructor waits");
        QVERIFY(until([] { return finishPcsc(std::chrono::milliseconds(0)); }));
    }

    void theDaemonIsKilledWhileThePinIsAskedAndComesBack()
    {
        put();
        int asked = 0;
        const auto engine = login([&](Event& event) {
            if (is<CardWanted>(event) && asked == 1) QTimer::singleShot(0, this, [this] { daemon->start(); }); // the card connects again by itself
            if (!is<PasswordAsked>(event) || asked++ > 0) return true;
            daemon->kill();
            return false;
        });
        QCOMPARE(outcome(), "success");
        QCOMPARE(asked, 2);
    }

    void theDaemonIsKilledAfterThePin()
    {
        put();
        const auto engine = login([&](Event& event) {
            if (enters(event, "SendEac2")) daemon->kill();
            return true;
        });
        QCOMPARE(outcome(), "Card_Removed");
    }

    void theDaemonComesLater()
    {
        daemon->stop();
        const auto engine = login([this](Event& event) {
            if (is<CardWanted>(event))
                QTimer::singleShot(0, this, [this] {
                    daemon->start();
                    put();
                });
            return true;
        });
        QCOMPARE(outcome(), "success");
    }

    void readersComeAndGo()
    {
        ReaderList seen;
        const ReaderWatch watch([&](const ReaderList& list) { seen = list; });
        const auto shows = [&seen](const std::string& text) {
            std::string now = seen.service ? "" : "no service";
            for (const auto& each : seen.readers) now += each.name + (each.card ? "+ " : "- ");
            return now == text;
        };
        QVERIFY(until([&] { return shows("Virtual Reader 00 00- "); }));
        put();
        QVERIFY(until([&] { return shows("Virtual Reader 00 00+ "); }));
        QVERIFY(daemon->usb("add usb1 1209:E1D0 v:unix=" + daemon->path("usb").toUtf8() + ":events=1"));
        QVERIFY(until([&] { return seen.readers.size() == 2 && !seen.readers[0].card != !seen.readers[1].card; }));
        QVERIFY(daemon->usb("remove usb1"));
        QVERIFY(until([&] { return shows("Virtual Reader 00 00+ "); }));
        daemon->kill();
        QVERIFY(until([&] { return shows("no service"); }));
        QVERIFY(daemon->start());
        QVERIFY(until([&] { return shows("Virtual Reader 00 00+ "); }));
        card.reset();
        QVERIFY(until([&] { return shows("Virtual Reader 00 00- "); }));
    }

    void aReaderThatIsPluggedInWithACardLogsIn()
    {
        const auto engine = login([this](Event& event) {
            if (is<CardWanted>(event))
            {
                daemon->usb("add usb1 1209:E1D0 v:unix=" + daemon->path("usb").toUtf8() + ":events=1");
                card = VpcdCard::offer(*chip, daemon->path("usb").toStdString());
            }
            return true;
        });
        QCOMPARE(outcome(), "success");
    }

    void looking()
    {
        std::optional<CardLook> seen;
        const auto look = [&](const std::string& reader) {
            seen.reset();
            const CardLooker looker(reader, [&](const CardLook& s) { seen = s; });
            return until([&] { return seen.has_value(); });
        };
        QVERIFY(look(""));
        QVERIFY(seen->result == LookResult::NoCard);
        bool on = false;
        ReaderWatch watch([&](const ReaderList& list) { on = !list.readers.empty() && list.readers[0].card; });
        put();
        QVERIFY(until([&] { return on; }));
        QVERIFY(look(""));
        QVERIFY(seen->result == LookResult::Recognised);
        QCOMPARE(seen->reader, readerName);
        QCOMPARE(seen->type, "CardCertified");
        QCOMPARE(seen->triesLeft, 3);
        QVERIFY(!seen->pace.empty() && seen->chipAuthentications > 0 && seen->efCardAccessSize > 0);
        QVERIFY(look("Another Reader 00 00"));
        QVERIFY(seen->result == LookResult::NoCard);
    }
};

int main(int argc, char** argv)
{
    if (eidkern::test::Daemon::program().isEmpty())
    {
        std::fprintf(stderr, "not run: pcscd is not installed\n");
        return 77;
    }
    QCoreApplication application(argc, argv);
    pcsc_e2e_test tests;
    return QTest::qExec(&tests, argc, argv);
}
#include "pcsc_e2e_test.moc"
