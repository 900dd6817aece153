// `--automatic` with a real card, as far as the program can tell: PC/SC is a script, and behind it answers a simulated card. Which
// passwords reach the card is read from the commands that it gets.
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <unistd.h>
#include <winscard.h>

#include "card/simulator/persona_json.h"
#include "card/simulator/simulated_card.h"
#include "cli/client.h"
#include "eidkern/engine.h"
#include "eidkern/lab.h"
#include "eidkern/readers.h"

using namespace eidkern;
using namespace eidkern::cli;

namespace
{

struct Hardware // one reader with one card in it
{
    std::mutex mutex;
    std::condition_variable changed;
    std::set<SCARDCONTEXT> cancelled;
    SCARDCONTEXT contexts = 0;
    std::unique_ptr<card::SimulatedCard> card;
    std::uint8_t named = 0; // the password that MSE:Set AT has named last
    std::string tried;      // those for which the card got the last command of PACE
} hardware;

constexpr char names[] = "Scripted Reader\0";

} // namespace

extern "C"
{
    LONG SCardEstablishContext(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT context)
    {
        const std::lock_guard lock(hardware.mutex);
        return *context = ++hardware.contexts, SCARD_S_SUCCESS;
    }
    LONG SCardReleaseContext(SCARDCONTEXT) { return SCARD_S_SUCCESS; }
    LONG SCardListReaders(SCARDCONTEXT, LPCSTR, LPSTR to, LPDWORD size)
    {
        if (to) std::memcpy(to, names, sizeof names);
        return *size = sizeof names, SCARD_S_SUCCESS;
    }
    LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE* states, DWORD count)
    {
        std::unique_lock lock(hardware.mutex);
        if (timeout > 0) hardware.changed.wait(lock, [context] { return hardware.cancelled.contains(context); });
        for (DWORD i = 0; i < count; ++i) states[i].dwEventState = SCARD_STATE_PRESENT;
        return timeout > 0 ? SCARD_E_CANCELLED : SCARD_S_SUCCESS;
    }
    LONG SCardCancel(SCARDCONTEXT context)
    {
        const std::lock_guard lock(hardware.mutex);
        hardware.cancelled.insert(context);
        hardware.changed.notify_all();
        return SCARD_S_SUCCESS;
    }
    LONG SCardConnect(SCARDCONTEXT, LPCSTR, DWORD, DWORD, LPSCARDHANDLE card, LPDWORD protocol)
    {
        return *card = 1, *protocol = SCARD_PROTOCOL_T1, SCARD_S_SUCCESS;
    }
    LONG SCardDisconnect(SCARDHANDLE, DWORD how)
    {
        const std::lock_guard lock(hardware.mutex);
        if (how == SCARD_RESET_CARD) hardware.card->reset();
        return SCARD_S_SUCCESS;
    }
    LONG SCardReconnect(SCARDHANDLE, DWORD, DWORD, DWORD, LPDWORD) { return SCARD_S_SUCCESS; }
    LONG SCardBeginTransaction(SCARDHANDLE) { return SCARD_S_SUCCESS; }
    LONG SCardEndTransaction(SCARDHANDLE, DWORD) { return SCARD_S_SUCCESS; }
    LONG SCardControl(SCARDHANDLE, DWORD, LPCVOID, DWORD, LPVOID, DWORD, LPDWORD) { return SCARD_E_UNSUPPORTED_FEATURE; }
    LONG SCardTransmit(SCARDHANDLE, const SCARD_IO_REQUEST*, LPCBYTE apdu, DWORD size, SCARD_IO_REQUEST*, LPBYTE to, LPDWORD length)
    {
        const ByteView command(apdu, size);
        const std::lock_guard lock(hardware.mutex);
        const auto answer = hardware.card->transmit(command);
        std::ranges::copy(answer, to);
        *length = answer.size();
        static constexpr std::uint8_t passwordTag[] = {0x83, 0x01};
        const auto found = std::ranges::search(command, passwordTag);
        if (command[1] == 0x22 && found.end() < command.end()) hardware.named = *found.end();
        if (toHex(command).starts_with("00860000")) hardware.tried += hardware.named == 3 ? "PIN " : hardware.named == 2 ? "CAN " : "? ";
        return SCARD_S_SUCCESS;
    }
}

class automatic_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<PublicLab> lab_;
    std::vector<TrustAnchor> anchors_;
    std::vector<CvCertificate> trustPoints_;
    std::unique_ptr<QTemporaryDir> folder_;
    LoginOptions options_;
    std::unique_ptr<View> view_ = jsonView(Language::English);
    std::unique_ptr<Client> client_;

    void put(std::string_view persona, int triesLeft) const
    {
        auto parsed = card::parsePersona(SimulatedCard::builtInPersona(persona)).value();
        parsed.pinTriesLeft = triesLeft;
        const std::lock_guard lock(hardware.mutex);
        hardware.card = std::make_unique<card::SimulatedCard>(parsed, trustPoints_, random(), dateOf(std::chrono::system_clock::now()));
        hardware.tried.clear();
    }
    static Random& random()
    {
        static SystemRandom only;
        return only;
    }
    void begin(const char* pin, const char* can)
    {
        auto automatic = std::make_shared<Automatic>();
        automatic->origins = {originOf(lab_->selfAuthUrl()).value()};
        if (*pin) automatic->pin.emplace(pin);
        if (*can) automatic->can.emplace(can);
        options_.automatic = std::move(automatic);
        client_ = Client::make(options_, anchors_, cardOf("pcsc", anchors_).value(), *view_);
        QVERIFY(client_);
    }
    QByteArray login() // exit code, passwords that reached the card, tries that are left; what was said stands in said_
    {
        const auto file = folder_->filePath("said").toLocal8Bit();
        const int usual = ::dup(STDERR_FILENO), caught = ::open(file.constData(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        ::dup2(caught, STDERR_FILENO);
        const auto code = client_->run(Text::Cancelling,
                                       [this](Engine& engine, Engine::Handler handler) { engine.selfAuthenticate(lab_->selfAuthUrl(), std::move(handler)); });
        ::dup2(usual, STDERR_FILENO);
        for (const int each : {usual, caught}) ::close(each);
        QFile said(QString::fromLocal8Bit(file));
        if (said.open(QIODevice::ReadOnly)) said_ = said.readAll();
        const std::lock_guard lock(hardware.mutex);
        return QByteArray::number(int(code)) + ' ' + QByteArray::fromStdString(hardware.tried) + QByteArray::number(hardware.card->pinTriesLeft());
    }

    QByteArray said_;

private Q_SLOTS:
    void initTestCase()
    {
        lab_ = PublicLab::start({}).value();
        anchors_ = {TrustAnchor::parse(lab_->cvca()).value()};
        trustPoints_ = {parseCvc(lab_->cvca()).value()};
        folder_ = std::make_unique<QTemporaryDir>();
        options_.card = "pcsc";
        options_.consent = Consent::Auto;
        options_.json = true;
    }
    void cleanup()
    {
        client_.reset();
        QVERIFY(finishPcsc(std::chrono::seconds(10)));
    }

    void triesOfTheCard_data()
    {
        QTest::addColumn<int>("triesLeft");
        QTest::addColumn<QByteArray>("pin");
        QTest::addColumn<QByteArray>("can");
        QTest::addColumn<QByteArray>("outcome");
        QTest::addColumn<QByteArray>("hint");
        const QByteArray right("123456"), wrong("654321"), can("500540"), none, lastTry("last try"), noPassword("no password");
        QTest::newRow("one try left: even the right PIN is not sent") << 1 << right << can << QByteArray("10 CAN 1") << lastTry;
        QTest::newRow("one try left, and no CAN") << 1 << right << none << QByteArray("10 1") << noPassword;
        QTest::newRow("two left, a wrong PIN is sent once") << 2 << wrong << can << QByteArray("10 PIN CAN 1") << lastTry;
        QTest::newRow("two left, a wrong PIN, and no CAN") << 2 << wrong << none << QByteArray("10 PIN 1") << noPassword;
        QTest::newRow("two left, the right PIN") << 2 << right << can << QByteArray("0 PIN 3") << none;
        QTest::newRow("three left, a wrong PIN is sent once") << 3 << wrong << can << QByteArray("10 PIN 2") << noPassword;
        QTest::newRow("no PIN") << 3 << none << can << QByteArray("10 3") << noPassword;
    }
    void triesOfTheCard()
    {
        QFETCH(int, triesLeft);
        QFETCH(QByteArray, pin);
        QFETCH(QByteArray, can);
        QFETCH(QByteArray, hint);
        put("adult", triesLeft);
        begin(pin, can);
        QTEST(login(), "outcome");
        QVERIFY2(hint.isEmpty() ? said_.isEmpty() : said_.contains(hint), said_);
    }

    void aWrongPinIsForgotten() // also if what was asked next is the CAN, and if another card comes
    {
        put("adult", 2);
        begin("654321", "500540");
        QCOMPARE(login(), "10 PIN CAN 1");
        put("adult", 3);
        QCOMPARE(login(), "10 3");
    }

    void aRightPinIsKept() // also if somebody mistypes it before the next login
    {
        put("adult", 3);
        begin("123456", "500540");
        QCOMPARE(login(), "0 PIN 3");
        put("adult", 2);
        QCOMPARE(login(), "0 PIN 3");
    }
};

QTEST_GUILESS_MAIN(automatic_test)
#include "automatic_test.moc"
