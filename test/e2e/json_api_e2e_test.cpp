// The JSON API with readers of a real pcscd: what a client is told of readers and cards, and a login with a card that lies there.
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTest>
#include <QTimer>
#include <deque>

#include "e2e/daemon.h"
#include "e2e/scripted_card.h"
#include "eidkern/json_api.h"
#include "eidkern/lab.h"
#include "eidkern/readers.h"
#include "eidkern/vpcd_card.h"
#include "scenarios/dialogue_script.h"
#include "support/frames.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

bool until(const std::function<bool()>& done)
{
    QTimer tick;
    tick.start(20);
    for (const QDeadlineTimer limit(20'000); !done() && !limit.hasExpired();)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents);
    return done();
}

// What is said of the reader, with a state of its card.
QString reader(const QString& card, const QString& msg = "\"msg\":\"READER\",")
{
    return "{\"attached\":true,\"card\":" + card + ",\"insertable\":false,\"keypad\":false,*" + msg + "\"name\":\"Virtual Reader 00 00\"}";
}
QString eidCard(const char* state, int tries)
{
    return QString("{\"deactivated\":false,\"inoperative\":false,\"pin\":{\"state\":\"%1\",\"triesLeft\":%2},\"retryCounter\":%2}").arg(state).arg(tries);
}
const QString ok = eidCard("ok", 3), wrong = eidCard("wrong", 2);

} // namespace

class json_api_e2e_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<Daemon> daemon_;
    std::unique_ptr<PublicLab> lab_;
    std::optional<SimulatedCard> chip_;
    std::unique_ptr<VpcdCard> card_; // while it is on the reader
    std::unique_ptr<ScriptedCard> other_;
    std::unique_ptr<JsonApi> api_;
    std::optional<Frames> frames_; // of the client that is there
    std::deque<QString> received_;

    void put() { card_ = VpcdCard::offer(*chip_, daemon_->path("card").toStdString()); }
    void send(QString text) const
    {
        text.replace("$tcTokenURL", QString::fromStdString(lab_->tcTokenUrl()));
        frames_->toServer(text.toUtf8());
        api_->receive(text.toStdString());
    }
    void expect(const QString& pattern)
    {
        QVERIFY2(until([this] { return !received_.empty(); }), qPrintable("expected " + pattern));
        const auto message = received_.front();
        received_.pop_front();
        QVERIFY2(fits(pattern, message), qPrintable("expected " + pattern + "\n          came " + message));
    }
    void begin(bool withCard = false)
    {
        JsonApiSettings settings;
        settings.trustAnchors = {TrustAnchor::parse(lab_->cvca()).value()};
        settings.simulator = false;
        frames_.emplace(Frames::Over::Library, true);
        api_ = std::make_unique<JsonApi>(std::move(settings), [this](std::string_view text) {
            const QByteArray bytes(text.data(), qsizetype(text.size()));
            frames_->toClient(bytes);
            received_.push_back(QString::fromUtf8(bytes));
        });
        expect(reader("null"));
        if (withCard) expect(reader(ok));
    }
    void askForPin() // with the card that lies there
    {
        send("{\"cmd\":\"RUN_AUTH\",\"status\":false,\"tcTokenURL\":\"$tcTokenURL\"}");
        expect("{\"msg\":\"AUTH\"}");
        expect("{\"chat\":*,\"msg\":\"ACCESS_RIGHTS\"}");
        send("{\"cmd\":\"ACCEPT\"}");
        expect("{\"msg\":\"ENTER_PIN\",\"reader\":" + reader(ok, "") + "}");
    }
    void expectSuccess() { expect("{\"msg\":\"AUTH\",\"result\":{\"major\":\"*#ok\"},\"url\":\"*\"}"); }

private Q_SLOTS:
    void initTestCase()
    {
        daemon_ = std::make_unique<Daemon>();
        lab_ = PublicLab::start({}).value();
        daemon_->addReader("Virtual Reader", "v:unix=" + daemon_->path("card") + ":events=1", daemon_->path("libifd_virtual.so"));
    }
    void init()
    {
        chip_ = SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), {TrustAnchor::parse(lab_->cvca()).value()}).value();
        received_.clear();
        QVERIFY2(daemon_->start(), daemon_->log());
    }
    void cleanup()
    {
        api_.reset();
        card_.reset();
        other_.reset();
        daemon_->stop();
        QVERIFY(until([] { return finishPcsc(std::chrono::milliseconds(0)); }));
    }

    void aCardComesAndGoes()
    {
        begin();
        put();
        expect(reader(ok));
        card_.reset();
        expect(reader("null"));
        daemon_->stop();
        expect("{\"attached\":false,\"msg\":\"READER\",\"name\":\"Virtual Reader 00 00\"}");
    }

    void aLoginWithTheCardThatLiesThere()
    {
        put();
        begin(true);
        askForPin();
        send("{\"cmd\":\"SET_PIN\",\"value\":\"111111\"}");
        expect(reader(wrong));
        expect("{\"msg\":\"ENTER_PIN\",\"reader\":" + reader(wrong, "") + "}");
        send("{\"cmd\":\"SET_PIN\",\"value\":\"123456\"}");
        expect(reader(ok));
        expectSuccess();
        send("{\"cmd\":\"GET_READER\",\"name\":\"Virtual Reader 00 00\"}");
        expect("{\"attached\":true,\"card\":" + ok + ",*\"lastResult\":{\"code\":\"0x00000000\",\"operation\":\"*\"},\"msg\":\"READER\",*}");
        askForPin(); // again, at once
        send("{\"cmd\":\"CANCEL\"}");
        expect("{\"msg\":\"AUTH\",\"result\":{*\"reason\":\"User_Cancelled\"},\"url\":\"*\"}");
    }

    void theCardComesWhenItIsWanted()
    {
        begin();
        send("{\"cmd\":\"RUN_AUTH\",\"status\":false,\"tcTokenURL\":\"$tcTokenURL\"}");
        expect("{\"msg\":\"AUTH\"}");
        expect("{\"chat\":*,\"msg\":\"ACCESS_RIGHTS\"}");
        send("{\"cmd\":\"ACCEPT\"}");
        expect("{\"msg\":\"INSERT_CARD\"}");
        send("{\"cmd\":\"SET_CARD\",\"name\":\"Virtual Reader 00 00\"}");
        expect("{\"error\":\"Card is not insertable\",\"msg\":\"INSERT_CARD\"}");
        put();
        expect(reader(ok));
        expect("{\"msg\":\"ENTER_PIN\",\"reader\":" + reader(ok, "") + "}");
        card_.reset(); // while the PIN is asked
        expect(reader("null"));
        send("{\"cmd\":\"SET_PIN\",\"value\":\"123456\"}");
        expect("{\"msg\":\"INSERT_CARD\"}");
        put();
        expect(reader(ok));
        expectSuccess();
    }

    void aCardThatIsNone_data()
    {
        QTest::addColumn<int>("level");
        QTest::newRow("level 2") << 2;
        QTest::newRow("level 3") << 3;
    }
    void aCardThatIsNone()
    {
        QFETCH(int, level);
        begin();
        send(QString("{\"cmd\":\"SET_API_LEVEL\",\"level\":%1}").arg(level));
        expect("{\"available\":[1,2,3],*}");
        other_ = std::make_unique<ScriptedCard>(daemon_->path("card").toStdString(), [](ByteView) { return Bytes{0x6A, 0x82}; });
        if (level == 3) expect(reader("{}"));
        else
            QVERIFY(until([this] { // it has been looked at: what level 3 would show, asked for in between
                for (const QString command : {"{\"cmd\":\"SET_API_LEVEL\",\"level\":3}", "{\"cmd\":\"GET_READER\",\"name\":\"Virtual Reader 00 00\"}",
                                              "{\"cmd\":\"SET_API_LEVEL\",\"level\":2}"})
                    send(command);
                const auto answer = received_[received_.size() - 2];
                received_.resize(received_.size() - 3);
                return answer.contains("\"card\":{}");
            }));
        other_.reset();
        expect(reader("null"));
    }

    void nothingIsOpenedBeforeAClientIsThere() // and all is given back when it has gone
    {
        QVERIFY(finishPcsc(std::chrono::milliseconds(0)));
        begin();
        bool closed = false;
        api_->close([&] { closed = true; });
        QVERIFY(until([&] { return closed; }));
        QVERIFY(until([] { return finishPcsc(std::chrono::milliseconds(0)); }));
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
    json_api_e2e_test tests;
    return QTest::qExec(&tests, argc, argv);
}
#include "json_api_e2e_test.moc"
