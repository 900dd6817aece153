// `--automatic` with a real card, as far as the program can tell: PC/SC is a script, and behind it answers a simulated card. Which
// passwords reach the card is read from the commands that it gets.
#include <QTemporaryDir>
#include <QTest>
#include <fcntl.h>
#include <unistd.h>

#include "card/simulator/persona_json.h"
#include "cli/client.h"
#include "eidkern/engine.h"
#include "eidkern/lab.h"
#include "eidkern/readers.h"
#include "support/pcsc_with_card.h"

using namespace eidkern;
using namespace eidkern::cli;
using namespace eidkern::test;

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
        hardware.put(std::make_unique<card::SimulatedCard>(parsed, trustPoints_, random(), dateOf(std::chrono::system_clock::now())));
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
