// A login with a simulated card in a reader of vsmartcard-vpcd, Debian's package: a driver that is not ours speaks with the card.
#include <QCoreApplication>
#include <QTest>
#include <netinet/in.h>

#include "e2e/daemon.h"
#include "eidkern/engine.h"
#include "eidkern/lab.h"
#include "eidkern/readers.h"

using namespace eidkern;

namespace
{

const char* const driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

// Two ports in a row for its two slots, kept for this process: bound, but not listened at, and free for the driver alone, which
// also sets SO_REUSEADDR. Bound before it is set, so that two tests never get the same.
class TwoPorts
{
public:
    TwoPorts()
    {
        for (int tries = 0; tries < 100 && !ok(); ++tries)
        {
            release();
            first_ = bound(0);
            second_ = bound(std::uint16_t(port() + 1));
        }
        const int yes = 1;
        for (const int fd : {first_, second_}) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    }
    ~TwoPorts() { release(); }
    TwoPorts(const TwoPorts&) = delete;

    bool ok() const { return first_ >= 0 && second_ >= 0; }
    std::uint16_t port() const
    {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        ::getsockname(first_, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }

private:
    static int bound(std::uint16_t port) // negative: taken
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
        ::close(fd);
        return -1;
    }
    void release()
    {
        for (int* fd : {&first_, &second_})
            if (*fd >= 0) ::close(std::exchange(*fd, -1));
    }

    int first_ = -1, second_ = -1;
};

} // namespace

class vpcd_e2e_test : public QObject
{
    Q_OBJECT

    const TwoPorts ports;
    test::Daemon daemon;

    static void login(const PublicLab& lab)
    {
        auto engine = std::make_unique<Engine>(
            EngineSettings{.trustAnchors = {TrustAnchor::parse(lab.cvca()).value()}, .cards = {}, .log = {}, .pcscReaders = true});
        std::string reader, outcome;
        engine->selfAuthenticate(lab.selfAuthUrl(), [&](Event& event) {
            if (const auto* rights = std::get_if<RightsAsked>(&event)) engine->grant(rights->id, rights->optional);
            if (const auto* found = std::get_if<CardFound>(&event)) reader = found->reader;
            if (const auto* password = std::get_if<PasswordAsked>(&event)) engine->enter(password->id, Secret("123456"));
            if (const auto* end = std::get_if<WorkflowFinished>(&event)) outcome = end->failure ? std::string(name(end->failure->code)) : "success";
        });
        QTRY_VERIFY_WITH_TIMEOUT(!outcome.empty(), 60'000);
        QCOMPARE(outcome, "success");
        QCOMPARE(reader, "Virtual PCD 00 00");
        engine.reset();
        QTRY_VERIFY_WITH_TIMEOUT(finishPcsc(std::chrono::milliseconds(0)), 10'000);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(ports.ok());
        QVERIFY(QFile::copy(driver, daemon.path("libifdvpcd.so")));
        daemon.addReader("Virtual PCD", QString("/dev/null:%1").arg(ports.port()), daemon.path("libifdvpcd.so"));
    }
    void cleanup() { daemon.stop(); }

    void aLogin_data()
    {
        QTest::addColumn<bool>("cardFirst");
        QTest::newRow("the reader is there first") << false;
        QTest::newRow("the card is there first") << true;
    }
    void aLogin()
    {
        QFETCH(bool, cardFirst);
        LabSettings settings;
        settings.pkiFolder = daemon.path("pki").toStdString();
        const auto lab = PublicLab::start(settings).value();
        QProcess serve;
        const auto putCard = [&] {
            serve.start(EIDKERN_CLI,
                        {"card", "serve", "--lang", "en", "--cvca", daemon.path("pki/cvca.cvcert"), "--vpcd", QString("127.0.0.1:%1").arg(ports.port())});
            QVERIFY(serve.waitForStarted());
            QTRY_VERIFY_WITH_TIMEOUT(serve.canReadLine(), 20'000);
        };
        if (cardFirst) putCard();
        QVERIFY2(daemon.start(), daemon.log());
        if (!cardFirst) putCard();
        for (int logins = 0; logins < 2 && !QTest::currentTestFailed(); ++logins) login(*lab);
        serve.terminate();
        QVERIFY(serve.waitForFinished(5'000));
        QCOMPARE(serve.exitCode(), 0);
    }
};

int main(int argc, char** argv)
{
    const bool daemon = !eidkern::test::Daemon::program().isEmpty();
    if (!daemon || !QFile::exists(driver))
    {
        std::fprintf(stderr, "not run: %s is not installed\n", daemon ? "vsmartcard-vpcd" : "pcscd");
        return 77;
    }
    QCoreApplication application(argc, argv);
    vpcd_e2e_test tests;
    return QTest::qExec(&tests, argc, argv);
}
#include "vpcd_e2e_test.moc"
