// Logins at a reader with a pad that a real pcscd serves: EXECUTE_PACE runs in the virtual reader, with a person who does what the
// test says. Nobody is asked for a password here.
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTest>
#include <QTimer>
#include <atomic>
#include <dlfcn.h>

#include "e2e/daemon.h"
#include "e2e/other_program.h"
#include "e2e/pad_reader.h"
#include "e2e/terminal.h"
#include "e2e/until.h"
#include "eidkern/engine.h"
#include "eidkern/json_api.h"
#include "eidkern/lab.h"
#include "eidkern/readers.h"
#include "eidkern/vpcd_card.h"

using namespace eidkern;
using namespace eidkern::test;
using card::AtPad;

namespace
{

const std::string readerName = "Pad Reader 00 00";
const std::pair<QString, QString> readers[] = {{"Basic", "features="},
                                               {"Entry", "features=060712"},            // a pad, but no PACE
                                               {"Foreign", "features=20:pace=40"},      // PACE for others
                                               {"Odd", "list=200423ff2004FF06FF0020"},  // garbage
                                               {"Pad", "features=20060712:pace=E0"}};   // takes passwords itself

std::atomic<int> connects = 0; // calls of SCardConnect, which may wait inside
std::function<void()> beforeControl = [] {}; // in the thread that calls; to be set while nobody does

} // namespace

extern "C"
{
    LONG SCardConnect(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE card, LPDWORD protocol) // wins over the library's
    {
        static const auto real = reinterpret_cast<decltype(&SCardConnect)>(::dlsym(RTLD_NEXT, "SCardConnect"));
        ++connects;
        return real(context, reader, share, protocols, card, protocol);
    }
    LONG SCardControl(SCARDHANDLE card, DWORD code, LPCVOID request, DWORD size, LPVOID to, DWORD room, LPDWORD length)
    {
        static const auto real = reinterpret_cast<decltype(&SCardControl)>(::dlsym(RTLD_NEXT, "SCardControl"));
        beforeControl();
        return real(card, code, request, size, to, room, length);
    }
}

class pads_e2e_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<Daemon> daemon;
    std::unique_ptr<PublicLab> lab;
    std::vector<TrustAnchor> anchors;
    std::optional<SimulatedCard> chip;
    std::unique_ptr<PadReader> hardware;
    std::optional<WorkflowFinished> end;
    QString said; // of the passwords that the person was told to enter, and what else happened at the reader
    int found = 0;
    bool padFound = false;

    void put(std::vector<AtPad> deeds)
    {
        hardware = std::make_unique<PadReader>(*chip, daemon->path("Pad").toStdString(), std::move(deeds));
        QVERIFY(hardware->put());
        QVERIFY(until([] { return OtherProgram(readerName).connected; })); // pcscd has seen it
    }

    using Meddle = std::function<void(Event&)>;

    std::unique_ptr<Engine> login(Meddle meddle = [](Event&) {})
    {
        auto engine = newEngine();
        engine->selfAuthenticate(lab->selfAuthUrl(), handler(*engine, std::move(meddle)));
        return engine;
    }
    std::unique_ptr<Engine> changePin(Meddle meddle = [](Event&) {})
    {
        auto engine = newEngine();
        engine->changePin(handler(*engine, std::move(meddle)));
        return engine;
    }
    std::unique_ptr<Engine> newEngine() const
    {
        return std::make_unique<Engine>(EngineSettings{.trustAnchors = anchors, .cards = {}, .log = {}, .pcscReaders = true});
    }
    Engine::Handler handler(Engine& engine, Meddle meddle)
    {
        end.reset();
        said.clear();
        found = 0;
        padFound = false;
        return [this, meddle = std::move(meddle), &engine](Event& event) {
            if (const auto* rights = std::get_if<RightsAsked>(&event)) engine.grant(rights->id, rights->optional);
            if (const auto* password = std::get_if<PasswordAsked>(&event))
            {
                said += "here ";
                engine.enter(password->id, Secret(chip->pin()));
            }
            if (const auto* wanted = std::get_if<PasswordWantedAtReader>(&event))
                said += (wanted->password == Password::Can   ? "CAN"
                         : wanted->password == Password::Puk ? "PUK"
                                                             : "PIN")
                      + QString::number(wanted->triesLeft) + (wanted->wrongBefore ? "again " : " ");
            if (std::holds_alternative<NewPinAsked>(event)) said += "new here ";
            if (std::holds_alternative<NewPinWantedAtReader>(event)) said += "new ";
            if (std::holds_alternative<ReaderStillWaits>(event)) said += "waits ";
            if (std::holds_alternative<CardWanted>(event)) said += "card ";
            if (const auto* card = std::get_if<CardFound>(&event)) padFound = card->passwordAtReader, ++found;
            if (auto* finished = std::get_if<WorkflowFinished>(&event)) end = std::move(*finished);
            meddle(event);
        };
    }
    std::unique_ptr<JsonApi> newClient(QStringList& told) const // messages
    {
        JsonApiSettings settings;
        settings.trustAnchors = anchors;
        settings.simulator = false;
        return std::make_unique<JsonApi>(std::move(settings),
                                         [&told](std::string_view text) { told << QString::fromUtf8(text.data(), qsizetype(text.size())); });
    }
    QString outcome()
    {
        if (!until([this] { return end.has_value(); })) return "no end";
        return end->failure ? QString::fromStdString(std::string(name(end->failure->code))) : "success";
    }
    bool waits() // the reader, for the person
    {
        return until([this] { return hardware->pad().waits(); });
    }

private Q_SLOTS:
    void initTestCase()
    {
        daemon = std::make_unique<Daemon>();
        LabSettings settings;
        settings.pkiFolder = daemon->path("pki").toStdString();
        lab = PublicLab::start(settings).value();
        anchors = {TrustAnchor::parse(lab->cvca()).value()};
        for (const auto& [reader, features] : readers)
        {
            const auto driver = daemon->path(reader + ".so"); // one for each: pcscd numbers the readers of a driver in the order of the directory
            QVERIFY(QFile::copy(daemon->path("libifd_virtual.so"), driver));
            daemon->addReader(reader + " Reader", "v:unix=" + daemon->path(reader) + ":events=1:" + features, driver);
        }
    }
    void init()
    {
        chip = SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), anchors).value();
        QVERIFY2(daemon->start(), daemon->log());
    }
    void cleanup()
    {
        hardware.reset();
        daemon->stop();
        QVERIFY(until([] { return finishPcsc(std::chrono::milliseconds(0)); }));
    }

    void aLogin()
    {
        put({});
        const auto engine = login();
        QCOMPARE(outcome(), "success");
        QCOMPARE(said, "PIN3 ");
        QVERIFY(padFound);
        QVERIFY(end->ownData.text().find("PersonalData") != std::string_view::npos);
        QCOMPARE(hardware->functions.size(), std::size_t(1)); // what it can do the driver says itself
        QVERIFY(!hardware->pad().shown().empty());
    }

    void entries_data()
    {
        QTest::addColumn<QList<int>>("deeds");
        QTest::addColumn<QString>("told");
        QTest::addColumn<QString>("result");
        constexpr int right = int(AtPad::Right), wrong = int(AtPad::Wrong), cancel = int(AtPad::Cancel);
        QTest::newRow("wrong, then right") << QList{wrong} << "PIN3 PIN2again " << "success";
        QTest::newRow("wrong twice, and the CAN") << QList{wrong, wrong} << "PIN3 PIN2again CAN1 PIN1 " << "success";
        QTest::newRow("wrong three times, and the PUK")
            << QList{wrong, wrong, wrong, right, wrong} << "PIN3 PIN2again CAN1 CAN1again PIN1 PUK0 PIN3 " << "success";
        QTest::newRow("cancelled") << QList{cancel} << "PIN3 " << "Establish_Pace_Channel_User_Cancelled";
        QTest::newRow("cancelled after the CAN") << QList{wrong, wrong, right, cancel} << "PIN3 PIN2again CAN1 PIN1 "
                                                 << "Establish_Pace_Channel_User_Cancelled";
    }
    void entries()
    {
        QFETCH(QList<int>, deeds);
        std::vector<AtPad> all;
        for (const int each : deeds) all.push_back(AtPad(each));
        put(std::move(all));
        auto engine = login();
        const auto ended = outcome();
        QTEST(said, "told");
        QTEST(ended, "result");
        engine = login();
        QCOMPARE(outcome(), "success"); // whatever happened before
    }

    void theReadersOwnTimeLimit()
    {
        put({AtPad::Nothing});
        auto engine = login();
        QVERIFY(waits());
        hardware->letTimePass();
        QCOMPARE(outcome(), "Maintain_Card_Connection_Pace_Unrecoverable");
        const std::pair<std::string, std::string> detail("Card_Return_Code", "INPUT_TIME_OUT");
        QVERIFY(std::ranges::find(end->failure->info, detail) != end->failure->info.end());
        engine = login();
        QCOMPARE(outcome(), "success");
    }

    void aStopWhileTheReaderWaits() // cannot end the entry: the reader is in use until the person has, and the next login waits for it
    {
        put({AtPad::Nothing});
        auto engine = login();
        QVERIFY(waits());
        engine->cancel();
        QCOMPARE(outcome(), "User_Cancelled");
        QCOMPARE(said, "PIN3 waits ");

        const int before = connects;
        engine = login();
        QVERIFY(until([&] { return connects > before; }));
        QVERIFY(hardware->pad().waits());
        QCOMPARE(found, 0);
        hardware->pad().cancel();
        QCOMPARE(outcome(), "success");
        QCOMPARE(said, "PIN3 ");
    }

    void theCommandLineIsInterruptedWhileTheReaderWaits()
    {
        put({AtPad::Nothing});
        Terminal client({"self-auth", QString::fromStdString(lab->selfAuthUrl()), "--lang", "en", "--card", "pcsc", "--cvca",
                         QString::fromStdString(lab->cvcaFile()), "--trust-store", "none"});
        QVERIFY2(until([&] { return client.shows("Send"); }), client.screen());
        QVERIFY(client.type("y\n"));
        QVERIFY2(waits() && until([&] { return client.shows("enter the PIN at the reader"); }), client.screen());
        ::kill(pid_t(client.process.processId()), SIGINT);
        QVERIFY2(until([&] { return client.process.state() == QProcess::NotRunning; }), client.screen());
        QVERIFY2(client.shows("Please cancel there, too"), client.screen());
        QCOMPARE(client.process.exitCode(), 10);
        QVERIFY(hardware->pad().waits());

        const auto engine = login(); // waits, until the person has cancelled
        hardware->pad().cancel();
        QCOMPARE(outcome(), "success");
    }

    void aPinThatIsEnteredAfterTheStopOpensNothing() // the card is reset: nobody finds it with the PIN verified
    {
        put({AtPad::Right});
        auto engine = login();
        hardware->whenAsked([&engine] { engine->cancel(); });
        QCOMPARE(outcome(), "User_Cancelled");
        QCOMPARE(said, "PIN3 waits ");
        engine.reset();
        QVERIFY(until([] { return finishPcsc(std::chrono::milliseconds(0)); }));
        QCOMPARE(hardware->functions.size(), std::size_t(1));
        const auto secured = fromHex("0c8400000d9701088e08000000000000000000").value();
        QCOMPARE(chip->state->reader.card()->transmit(secured), (Bytes{0x69, 0x85})); // there is no session
    }

    void anEngineThatDiesWhileTheReaderWaits()
    {
        put({AtPad::Nothing});
        auto engine = login();
        QVERIFY(waits());
        QElapsedTimer timer;
        timer.start();
        engine.reset();
        QVERIFY2(timer.elapsed() < 500, "the destructor waits");
        QVERIFY(!end && !finishPcsc(std::chrono::milliseconds(0)));
        hardware->pad().cancel();
        engine = login();
        QCOMPARE(outcome(), "success");
    }

    void theCardIsPulledWhileTheReaderWaits()
    {
        put({AtPad::Nothing});
        const auto engine = login([this](Event& event) {
            if (std::holds_alternative<CardWanted>(event)) hardware->put();
        });
        QVERIFY(waits());
        hardware->pull();
        QCOMPARE(outcome(), "success");
        QCOMPARE(said, "PIN3 card PIN3 ");
    }

    void pcscdIsKilledWhileTheReaderWaits()
    {
        put({AtPad::Nothing});
        const auto engine = login([this](Event& event) {
            if (!std::holds_alternative<CardWanted>(event)) return;
            QTimer::singleShot(0, this, [this] {
                hardware->pull();
                daemon->start();
                hardware->put();
            });
        });
        QVERIFY(waits());
        daemon->kill();
        QCOMPARE(outcome(), "success");
        QCOMPARE(said, "PIN3 card PIN3 ");
    }

    void newPins_data()
    {
        QTest::addColumn<QList<int>>("deeds");
        QTest::addColumn<QString>("told");
        QTest::addColumn<QString>("result");
        constexpr int right = int(AtPad::Right), wrong = int(AtPad::Wrong), cancel = int(AtPad::Cancel), tooShort = int(AtPad::Short);
        QTest::newRow("set") << QList<int>{} << "PIN3 new " << "success";
        QTest::newRow("after a wrong PIN") << QList{wrong} << "PIN3 PIN2again new " << "success";
        QTest::newRow("after the CAN") << QList{wrong, wrong} << "PIN3 PIN2again CAN1 PIN1 new " << "success";
        QTest::newRow("the PIN cancelled") << QList{cancel} << "PIN3 " << "Establish_Pace_Channel_User_Cancelled";
        QTest::newRow("cancelled") << QList{right, cancel} << "PIN3 new " << "Change_Pin_User_Cancelled";
        QTest::newRow("two different ones") << QList{right, wrong} << "PIN3 new " << "Change_Pin_New_Pin_Mismatch";
        QTest::newRow("too short") << QList{right, tooShort} << "PIN3 new " << "Change_Pin_New_Pin_Invalid_Length";
    }
    void newPins()
    {
        QFETCH(QList<int>, deeds);
        QFETCH(QString, result);
        std::vector<AtPad> all;
        for (const int each : deeds) all.push_back(AtPad(each));
        put(std::move(all));
        auto engine = changePin();
        const auto ended = outcome();
        QTEST(said, "told");
        QCOMPARE(ended, result);
        QCOMPARE(chip->state->reader.card()->pin().text() == card::SimulatedPad::newPin, result == "success");
        engine = login(); // with the PIN that is right now
        QCOMPARE(outcome(), "success");
    }

    void aNewPinThatNobodyEnters()
    {
        put({AtPad::Right, AtPad::Nothing});
        auto engine = changePin();
        QVERIFY(waits());
        hardware->letTimePass();
        QCOMPARE(outcome(), "Change_Pin_Input_Timeout");
        engine = login();
        QCOMPARE(outcome(), "success");
    }

    void aStopWhileTheReaderWaitsForTheNewPin()
    {
        put({AtPad::Right, AtPad::Nothing});
        auto engine = changePin();
        QVERIFY(waits());
        engine->cancel();
        QCOMPARE(outcome(), "User_Cancelled");
        QCOMPARE(said, "PIN3 new waits ");
        hardware->pad().cancel();
        engine = login();
        QCOMPARE(outcome(), "success");
    }

    void theCardIsPulledWhileTheReaderWaitsForTheNewPin()
    {
        put({AtPad::Right, AtPad::Nothing});
        const auto engine = changePin([this](Event& event) {
            if (std::holds_alternative<CardWanted>(event)) hardware->put();
        });
        QVERIFY(waits());
        hardware->pull();
        QCOMPARE(outcome(), "success");
        QCOMPARE(said, "PIN3 new card PIN3 new ");
    }

    void theCardIsPulledInsteadOfTheNewPinAndStaysAway() // nobody can know whether the reader had sent it
    {
        put({AtPad::Right, AtPad::Nothing});
        const auto engine = changePin();
        QVERIFY(waits());
        hardware->pull();
        QVERIFY(until([this] { return said.endsWith("card "); }));
        engine->cancel();
        QCOMPARE(outcome(), "Change_Pin_Unrecoverable");
    }

    void theCardTakesTheNewPinAndIsPulledBeforeItSaysSo()
    {
        put({});
        auto& reader = chip->state->reader;
        reader.answerWith([&](int, ByteView apdu) -> std::optional<Bytes> {
            if (!toHex(apdu).starts_with("0c2c0203")) return {};
            reader.card()->transmit(apdu);
            chip->state->scheduler.post([this] { hardware->pull(); });
            return Bytes();
        });
        const auto engine = changePin([this](Event& event) {
            if (std::holds_alternative<CardWanted>(event)) hardware->put();
        });
        QCOMPARE(outcome(), "Change_Pin_Unrecoverable");
        QCOMPARE(said, "PIN3 new card PIN3 "); // the person enters the old one
        QCOMPARE(reader.card()->pin().text(), card::SimulatedPad::newPin);
    }

    void otherReadersAreBasicOnes_data() // the PIN is entered here
    {
        QTest::addColumn<QString>("reader");
        QTest::addColumn<int>("questions"); // that it is asked in a login
        QTest::newRow("nothing at all") << "Basic" << 1;
        QTest::newRow("a pad without PACE") << "Entry" << 2;
        QTest::newRow("PACE for others") << "Foreign" << 2;
        QTest::newRow("garbage") << "Odd" << 2;
    }
    void otherReadersAreBasicOnes()
    {
        QFETCH(QString, reader);
        const auto card = VpcdCard::offer(*chip, daemon->path(reader).toStdString());
        std::atomic<int> asked = 0;
        beforeControl = [&asked] { ++asked; };
        const auto engine = login();
        const auto result = outcome();
        beforeControl = [] {};
        QCOMPARE(result, "success");
        QTEST(asked.load(), "questions");
        QVERIFY(!padFound);
        QVERIFY(said.endsWith("here ")); // perhaps before there was a card
    }

    void theirFeatures_data()
    {
        QTest::addColumn<std::string>("reader");
        QTest::addColumn<QString>("features");
        QTest::newRow("pad") << readerName << "pace ends verify modify ";
        QTest::newRow("no PACE") << std::string("Entry Reader 00 00") << "verify modify ";
        QTest::newRow("PACE for others") << std::string("Foreign Reader 00 00") << "";
        QTest::newRow("garbage") << std::string("Odd Reader 00 00") << "";
    }
    void theirFeatures() // no card is needed
    {
        QFETCH(std::string, reader);
        std::optional<QString> seen;
        const ReaderWatch watch([&](const ReaderList& list) {
            const auto found = std::ranges::find(list.readers, reader, &Reader::name);
            const auto features = found == list.readers.end() ? std::nullopt : found->features;
            seen = features ? "" : "nothing";
            if (!features) return;
            for (const auto& [has, name] : {std::pair{features->pace, "pace "},
                                            {features->paceEnds, "ends "},
                                            {features->qes, "qes "},
                                            {features->verifyPin, "verify "},
                                            {features->modifyPin, "modify "},
                                            {!features->extendedLength, "short "}})
                if (has) *seen += name;
        });
        QVERIFY(until([&] { return seen.has_value(); }));
        QTEST(*seen, "features");
    }

    void aClientIsToldOfThePadInTheFirstMessage()
    {
        QStringList told;
        const auto client = newClient(told);
        QVERIFY(until([&] { return told.size() == std::ssize(readers); }));
        QCOMPARE(told.filter("\"keypad\":true"), told.filter("\"name\":\"Pad Reader 00 00\""));
        QCOMPARE(told.filter("\"keypad\":false").size(), told.size() - 1);
    }

    void aReaderInUseIsToldAtOnceAndItsPadLater() // it answers nobody during another program's transaction
    {
        put({});
        const OtherProgram other(readerName);
        QVERIFY(other.begin());
        QStringList told;
        const auto client = newClient(told);
        QVERIFY(until([&] { return told.size() == std::ssize(readers); }));
        QVERIFY(told.filter("\"keypad\":true").isEmpty());
        QVERIFY(other.end());
        QVERIFY(until([&] { return told.last().contains("\"keypad\":true"); }));
        QVERIFY(told.last().contains("\"name\":\"Pad Reader 00 00\""));
    }

    void anotherProgramsTransactionHidesThePad() // until it ends: the reader is not taken for a basic one
    {
        put({});
        const OtherProgram other(readerName);
        std::atomic<int> questions = 0;
        bool held = false, released = false;
        beforeControl = [&] {
            const int question = questions++;
            if (question == 0) held = other.begin(); // between our connection and our question
            if (question == 1) released = other.end();
        };
        const auto engine = login();
        const auto result = outcome();
        beforeControl = [] {};
        QCOMPARE(result, "success");
        QCOMPARE(said, "PIN3 ");
        QVERIFY(held && released);
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
    pads_e2e_test tests;
    return QTest::qExec(&tests, argc, argv);
}
#include "pads_e2e_test.moc"
