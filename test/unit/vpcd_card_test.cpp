// The card's end of vsmartcard's wire, with a driver that the test plays.
#include <QElapsedTimer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "eidkern/lab.h"
#include "eidkern/vpcd_card.h"

using namespace eidkern;

namespace
{

int acknowledgements = 0;   // asked for at once
int socketOfTheCard = -1;   // on which they were
bool connectToItself = false; // the next connection

} // namespace

extern "C" __attribute__((visibility("default"))) int setsockopt(int fd, int level, int name, const void* value,
                                                                 socklen_t size) noexcept // wins over the C library's
{
    static const auto real = reinterpret_cast<int (*)(int, int, int, const void*, socklen_t)>(::dlsym(RTLD_NEXT, "setsockopt"));
    if (level == IPPROTO_TCP && name == TCP_QUICKACK && *static_cast<const int*>(value) == 1)
    {
        ++acknowledgements;
        socketOfTheCard = fd;
    }
    return real(fd, level, name, value, size);
}

extern "C" __attribute__((visibility("default"))) int connect(int fd, const sockaddr* address, socklen_t size)
{
    static const auto real = reinterpret_cast<int (*)(int, const sockaddr*, socklen_t)>(::dlsym(RTLD_NEXT, "connect"));
    if (std::exchange(connectToItself, false) && ::bind(fd, address, size) != 0) qFatal("the port is not free");
    return real(fd, address, size);
}

class vpcd_card_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<PublicLab> lab;

    SimulatedCard chip() const { return SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), {TrustAnchor::parse(lab->cvca()).value()}).value(); }

private Q_SLOTS:
    void initTestCase() { lab = PublicLab::start({}).value(); }

    void nobodyWaitsForAnAcknowledgement() // the driver sends length and command apart, and waits between them otherwise
    {
        QTcpServer driver;
        QVERIFY(driver.listen(QHostAddress::LocalHost));
        const auto card = VpcdCard::offer(chip(), "127.0.0.1:" + std::to_string(driver.serverPort()));
        QTRY_VERIFY(driver.hasPendingConnections());
        auto* wire = driver.nextPendingConnection();
        acknowledgements = 0;
        wire->write(QByteArray::fromHex("0001"));
        QTRY_COMPARE(acknowledgements, 1);
        wire->write(QByteArray::fromHex("04"));
        QTRY_COMPARE(acknowledgements, 2);
        QTRY_VERIFY(wire->bytesAvailable() > 2); // the ATR
        int noDelay = 0;
        socklen_t size = sizeof noDelay;
        QCOMPARE(::getsockopt(socketOfTheCard, IPPROTO_TCP, TCP_NODELAY, &noDelay, &size), 0);
        QVERIFY(noDelay != 0);
    }

    void aConnectionToItselfIsNoReader()
    {
        QTcpServer driver;
        QVERIFY(driver.listen(QHostAddress::LocalHost));
        const auto port = driver.serverPort();
        driver.close();
        connectToItself = true;
        int on = 0, off = 0;
        const auto card = VpcdCard::offer(chip(), "127.0.0.1:" + std::to_string(port), [&](bool now) { ++(now ? on : off); });
        QTRY_VERIFY(!connectToItself);
        QTRY_VERIFY(driver.isListening() || driver.listen(QHostAddress::LocalHost, port)); // it has let go of the port
        QTRY_VERIFY(driver.hasPendingConnections());
        QTRY_COMPARE(on, 1);
        QCOMPARE(off, 0);
    }
};

QTEST_GUILESS_MAIN(vpcd_card_test)
#include "vpcd_card_test.moc"
