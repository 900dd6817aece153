// What a connection makes of what happens around it in a real pcscd. Each fault is brought about at the very moment that it is
// about; nothing here depends on how busy the machine is.
#include <QCoreApplication>
#include <QTest>
#include <future>
#include <memory>

#include "card/pcsc/codes.h"
#include "card/pcsc/session.h"
#include "e2e/daemon.h"
#include "e2e/other_program.h"
#include "e2e/scripted_card.h"
#include "e2e/sends.h"

using namespace eidkern;
using namespace eidkern::card;
using namespace eidkern::test;

namespace
{

const Bytes command{0x00, 0xB0, 0x00, 0x00, 0x00}, good{0x90, 0x00};
const std::string prompt = "Prompt Reader 00 00", slow = "Slow Reader 01 00", usb = "Virtual USB Reader 00 00"; // slow: looked at every 400 ms

std::optional<Bytes> answerGood(ByteView) { return good; }

void waitUntil(const std::string& reader, const std::function<bool(DWORD state)>& reached) // 0: there is no such reader
{
    SCARDCONTEXT context = 0;
    SCardEstablishContext(SCARD_SCOPE_USER, nullptr, nullptr, &context);
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    do {
        state.dwCurrentState = state.dwEventState & ~DWORD(SCARD_STATE_CHANGED);
        if (is(SCardGetStatusChange(context, INFINITE, &state, 1), SCARD_E_UNKNOWN_READER)) state.dwEventState = 0;
    } while (!reached(state.dwEventState));
    SCardReleaseContext(context);
}

bool isThere(DWORD state) { return (state & (SCARD_STATE_PRESENT | SCARD_STATE_EMPTY)) != 0; }
bool hasCard(DWORD state) { return (state & SCARD_STATE_PRESENT) != 0; }
bool hasNoCard(DWORD state) { return !hasCard(state); }

using Result = CardResult<Bytes>;

} // namespace

class session_e2e_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<Daemon> daemon;
    std::unique_ptr<ScriptedCard> card;
    std::unique_ptr<PcscSession> session;
    std::stop_source stop;

    std::string socket(const std::string& reader) const { return daemon->path(QString::fromStdString(reader).section(' ', 0, 0)).toStdString(); }
    void put(ScriptedCard::Answer answer, const std::string& reader = prompt)
    {
        card = std::make_unique<ScriptedCard>(socket(reader), std::move(answer));
        waitUntil(reader, hasCard);
    }
    bool open(const std::string& reader = prompt)
    {
        session = std::make_unique<PcscSession>();
        return session->open(reader, stop.get_token()).has_value();
    }
    Result transmit(bool claimed, ByteView apdu = command) { return session->transmit(apdu, claimed, stop.get_token()); }
    std::future<Result> begin(bool claimed)
    {
        return std::async(std::launch::async, [this, claimed] { return transmit(claimed); });
    }

private Q_SLOTS:
    void initTestCase()
    {
        daemon = std::make_unique<Daemon>();
        for (const auto& [reader, events] : {std::pair{prompt, ":events=1"}, {slow, ""}})
            daemon->addReader(QString::fromStdString(reader).chopped(6), "v:unix=" + QString::fromStdString(socket(reader)) + events,
                              daemon->path("libifd_virtual.so"));
    }
    void init()
    {
        stop = {};
        QVERIFY2(daemon->start(), daemon->log());
    }
    void cleanup()
    {
        session.reset();
        card.reset();
        daemon->stop();
    }

    void sixtyFourKilobytesEachWay()
    {
        std::size_t arrived = 0;
        put([&](ByteView apdu) {
            arrived = apdu.size();
            return Bytes(65535, 0x42);
        });
        QVERIFY(open());
        QCOMPARE(transmit(true, Bytes(65535)).value(), Bytes(65535, 0x42));
        QCOMPARE(arrived, std::size_t(65535));
    }

    void anEmptyAnswerIsNone_data()
    {
        QTest::addColumn<bool>("claimed");
        QTest::addColumn<int>("empty");
        QTest::addColumn<QString>("outcome");
        QTest::newRow("once, and it is sent again") << false << 1 << "answered";
        QTest::newRow("once, in a transaction") << true << 1 << "Command_Failed";
        QTest::newRow("always") << false << 9 << "Removed";
        QTest::newRow("always, in a transaction") << true << 9 << "Removed";
    }
    void anEmptyAnswerIsNone()
    {
        QFETCH(bool, claimed);
        QFETCH(int, empty);
        QFETCH(QString, outcome);
        put([&](ByteView) { return empty-- > 0 ? Bytes() : good; });
        QVERIFY(open());
        const auto result = transmit(claimed);
        if (outcome == "answered") QCOMPARE(result.value(), good);
        else QCOMPARE(result.error(), outcome == "Removed" ? CardFault::Removed : CardFault::CommandFailed);
    }

    void liftedOffWhileItComputes_data()
    {
        QTest::addColumn<bool>("claimed");
        QTest::addColumn<std::string>("reader");
        for (const bool claimed : {false, true})
            for (const auto& reader : {prompt, slow}) QTest::addRow("%s %s", claimed ? "claimed" : "free", reader.c_str()) << claimed << reader;
    }
    void liftedOffWhileItComputes()
    {
        QFETCH(bool, claimed);
        QFETCH(std::string, reader);
        put([](ByteView) { return std::nullopt; }, reader);
        QVERIFY(open(reader));
        QCOMPARE(transmit(claimed).error(), CardFault::Removed);
    }

    void swappedBetweenTwoCommands()
    {
        put(answerGood);
        QVERIFY(open());
        QVERIFY(transmit(false).has_value());
        card.reset();
        waitUntil(prompt, hasNoCard);
        put(answerGood);
        QCOMPARE(transmit(false).error(), CardFault::Removed);
        QCOMPARE(card->commands.load(), 0);
    }

    void theReaderIsUnplugged_data()
    {
        QTest::addColumn<bool>("computing");
        QTest::newRow("between two commands") << false;
        QTest::newRow("while the card computes") << true;
    }
    void theReaderIsUnplugged()
    {
        QFETCH(bool, computing);
        const auto device = daemon->path("Virtual");
        QVERIFY(daemon->usb("add usb1 1209:E1D0 v:unix=" + device.toUtf8() + ":events=1"));
        waitUntil(usb, isThere);
        put(
            [&](ByteView) {
                if (computing) daemon->usb("remove usb1");
                return computing ? std::nullopt : std::optional(good);
            },
            usb);
        QVERIFY(open(usb));
        if (!computing)
        {
            QVERIFY(transmit(true).has_value());
            QVERIFY(daemon->usb("remove usb1"));
            waitUntil(usb, hasNoCard);
        }
        QCOMPARE(transmit(true).error(), CardFault::Removed);
    }

    void anotherProgramResetsTheCard_data()
    {
        QTest::addColumn<bool>("claimed");
        QTest::newRow("and it is sent again") << false;
        QTest::newRow("before the transaction") << true;
    }
    void anotherProgramResetsTheCard()
    {
        QFETCH(bool, claimed);
        put(answerGood);
        QVERIFY(open());
        QVERIFY(transmit(false).has_value());
        QVERIFY(OtherProgram(prompt).reset());
        QVERIFY(transmit(claimed).has_value());
    }

    void anotherProgramsTransactionIsWaitedFor_data() { anotherProgramResetsTheCard_data(); }
    void anotherProgramsTransactionIsWaitedFor()
    {
        QFETCH(bool, claimed);
        put(answerGood);
        QVERIFY(open());
        const OtherProgram other(prompt);
        QVERIFY(other.begin());
        const int before = sends;
        auto result = begin(claimed);
        waitForSends(before + 5); // it was refused once, and has asked again
        QCOMPARE(card->commands.load(), 0);
        QVERIFY(other.end());
        QVERIFY(result.get().has_value());
    }

    void aProgramThatHasTheCardForItselfIsWaitedFor_data()
    {
        QTest::addColumn<bool>("stopped");
        QTest::newRow("until it ends") << false;
        QTest::newRow("until nobody wants it any more") << true;
    }
    void aProgramThatHasTheCardForItselfIsWaitedFor()
    {
        QFETCH(bool, stopped);
        put(answerGood);
        auto other = std::make_unique<OtherProgram>(prompt, SCARD_SHARE_EXCLUSIVE);
        QVERIFY(other->connected);
        session = std::make_unique<PcscSession>();
        const int before = sends;
        auto opened = std::async(std::launch::async, [this] { return session->open(prompt, stop.get_token()); });
        waitForSends(before + 8); // two for the version, two for the context, and it has asked for the card twice
        if (stopped) stop.request_stop();
        else other.reset();
        const auto result = opened.get();
        QCOMPARE(result.has_value(), !stopped);
        if (stopped) QCOMPARE(result.error(), CardFault::CommandFailed);
    }

    void theDaemonDies_data()
    {
        QTest::addColumn<bool>("claimed");
        for (const bool claimed : {false, true}) QTest::newRow(claimed ? "claimed" : "free") << claimed;
    }
    void theDaemonDiesBeforeItReadsTheCommand_data() { theDaemonDies_data(); }
    void theDaemonDiesBeforeItReadsTheCommand()
    {
        QFETCH(bool, claimed);
        put(answerGood);
        QVERIFY(open());
        QVERIFY(transmit(claimed).has_value());
        daemon->hang(true);
        const int before = sends;
        auto result = begin(claimed);
        waitForSends(before + 3);
        daemon->kill();
        QCOMPARE(result.get().error(), CardFault::Removed);
        QCOMPARE(card->commands.load(), 1);
    }

    void theDaemonDiesWhileItIsConnected_data()
    {
        QTest::addColumn<int>("requests");
        QTest::newRow("before it reads the version") << 0;
        QTest::newRow("before it reads the request for a context") << 1;
        QTest::newRow("before it reads the request for the card") << 2;
    }
    void theDaemonDiesWhileItIsConnected()
    {
        QFETCH(int, requests);
        put(answerGood);
        const int first = sends + 2 * requests;
        beforeSend = [this, first](int number) {
            if (number == first) daemon->hang(true);
        };
        session = std::make_unique<PcscSession>();
        auto opened = std::async(std::launch::async, [this] { return session->open(prompt, stop.get_token()); });
        waitForSends(first + 2);
        beforeSend = {};
        daemon->kill();
        QCOMPARE(opened.get().error(), CardFault::Removed);
    }

    void theDaemonDiesWhileTheCardComputes_data() { theDaemonDies_data(); }
    void theDaemonDiesWhileTheCardComputes()
    {
        QFETCH(bool, claimed);
        const auto pid = daemon->pid();
        put([pid](ByteView) { return ::kill(pid, SIGKILL), good; });
        QVERIFY(open());
        QCOMPARE(transmit(claimed).error(), CardFault::Removed);
        QCOMPARE(card->commands.load(), 1);
    }

    void theDaemonDiesBetweenTwoCommands_data()
    {
        QTest::addColumn<bool>("claimed");
        QTest::addColumn<bool>("back");
        for (const bool claimed : {false, true})
            for (const bool back : {false, true})
                QTest::addRow("%s, %s", claimed ? "claimed" : "free", back ? "and is started again" : "and is gone") << claimed << back;
    }
    void theDaemonDiesBetweenTwoCommands()
    {
        QFETCH(bool, claimed);
        QFETCH(bool, back);
        put(answerGood);
        QVERIFY(open());
        QVERIFY(transmit(claimed).has_value());
        daemon->kill();
        if (back) QVERIFY(daemon->start());
        QCOMPARE(transmit(claimed).error(), CardFault::Removed);
    }

    void theDaemonIsAskedToEndWhileTheCardComputes()
    {
        const auto pid = daemon->pid();
        put([pid](ByteView) { return ::kill(pid, SIGTERM), std::nullopt; });
        QVERIFY(open());
        QCOMPARE(transmit(true).error(), CardFault::Removed);
    }
};

int main(int argc, char** argv)
{
    if (Daemon::program().isEmpty())
    {
        std::fprintf(stderr, "not run: pcscd is not installed\n");
        return 77;
    }
    QCoreApplication application(argc, argv);
    session_e2e_test tests;
    return QTest::qExec(&tests, argc, argv);
}
#include "session_e2e_test.moc"
