#include "eidkern/vpcd_card.h"

#include <QHostAddress>
#include <QLocalSocket>
#include <QTcpSocket>
#include <QTimer>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

#include "engine/simulated_card_state.h"

namespace eidkern
{

namespace
{

constexpr qsizetype mostBytes = 0xFFFF;
constexpr std::chrono::milliseconds betweenTries{500};

struct Address
{
    QString host; // or path
    quint16 port = 0;
};

std::optional<Address> parse(const std::string& text)
{
    const auto all = QString::fromStdString(text);
    if (all.startsWith(u'/')) return Address{all, 0};
    const auto colon = all.lastIndexOf(u':');
    bool number = false;
    const auto port = all.mid(colon + 1).toUShort(&number);
    if (colon < 1 || !number || port == 0) return {};
    return Address{all.left(colon), port};
}

} // namespace

class VpcdCard::Impl
{
public:
    Impl(SimulatedCard card, Address address, std::function<void(bool)> handler)
        : card_(std::move(card)), address_(std::move(address)), handler_(std::move(handler))
    {
        again_.setSingleShot(true);
        again_.setInterval(betweenTries);
        QObject::connect(&again_, &QTimer::timeout, &again_, [this] { connect(); });
        if (address_.port == 0) listenTo(local_, &QLocalSocket::errorOccurred);
        else listenTo(tcp_, &QTcpSocket::errorOccurred);
        QTimer::singleShot(0, &again_, [this] { connect(); }); // the handler is never called from inside offer()
    }
    ~Impl()
    {
        tcp_.disconnect();
        local_.disconnect();
        chip().reset();
    }

private:
    template<typename Socket, typename Error>
    void listenTo(Socket& socket, Error error)
    {
        socket_ = &socket;
        QObject::connect(&socket, &Socket::connected, &socket, [this] { isConnectedToItself() ? giveBackThePort() : put(true); });
        QObject::connect(&socket, &Socket::disconnected, &socket, [this] { put(false); });
        QObject::connect(&socket, &QIODevice::readyRead, &socket, [this] { read(); });
        QObject::connect(&socket, error, &socket, [this] { again_.start(); });
    }

    void connect()
    {
        if (address_.port == 0) return local_.connectToServer(address_.host);
        tcp_.abort();
        tcp_.connectToHost(address_.host, address_.port);
    }

    void put(bool on)
    {
        frames_.clear();
        chip().reset();
        if (!on) again_.start();
        if (on) tcp_.setSocketOption(QAbstractSocket::LowDelayOption, 1);
        if (std::exchange(on_, on) != on && handler_) handler_(on);
    }

    // What TCP makes of a port that nobody listens at, if it happens to choose the same one for our end.
    bool isConnectedToItself() const { return address_.port != 0 && tcp_.localPort() == tcp_.peerPort() && tcp_.localAddress() == tcp_.peerAddress(); }

    void giveBackThePort() // at once, without the minute of TIME_WAIT: the driver needs it
    {
        const linger reset{1, 0};
        ::setsockopt(int(tcp_.socketDescriptor()), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        tcp_.abort();
    }

    void read()
    {
        const int yes = 1; // the kernel takes it back by itself; without it each answer waits 40 ms for an acknowledgement
        if (address_.port != 0) ::setsockopt(int(tcp_.socketDescriptor()), IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
        frames_ += socket_->readAll();
        while (frames_.size() >= 2)
        {
            const auto size = qsizetype(quint8(frames_[0]) << 8 | quint8(frames_[1]));
            if (frames_.size() < 2 + size) return;
            const auto frame = frames_.mid(2, size);
            frames_.remove(0, 2 + size);
            answer({reinterpret_cast<const std::uint8_t*>(frame.constData()), std::size_t(frame.size())});
        }
    }

    void answer(ByteView frame)
    {
        enum Control : std::uint8_t { Off = 0, On = 1, Reset = 2, Atr = 4 };
        if (frame.size() != 1) return send(chip().transmit(frame));
        if (frame[0] == Atr) return send(chip().atr());
        if (frame[0] == Off || frame[0] == Reset) chip().reset();
    }

    void send(Bytes bytes)
    {
        if (qsizetype(bytes.size()) > mostBytes) bytes = {0x67, 0x00}; // does not fit into a frame
        QByteArray frame(2, char(bytes.size() >> 8));
        frame[1] = char(bytes.size());
        socket_->write(frame.append(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())));
    }

    card::SimulatedCard& chip() const { return *card_.state->reader.card(); }

    SimulatedCard card_;
    Address address_;
    std::function<void(bool)> handler_;
    QTcpSocket tcp_;
    QLocalSocket local_;
    QIODevice* socket_ = nullptr;
    QByteArray frames_; // at most one that is not complete: 64 KiB, and what one read brought
    QTimer again_;
    bool on_ = false;
};

std::unique_ptr<VpcdCard> VpcdCard::offer(SimulatedCard card, const std::string& address, std::function<void(bool)> handler)
{
    auto parsed = parse(address);
    if (!parsed) return {};
    return std::unique_ptr<VpcdCard>(new VpcdCard(std::make_unique<Impl>(std::move(card), std::move(*parsed), std::move(handler))));
}

VpcdCard::VpcdCard(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VpcdCard::~VpcdCard() = default;

} // namespace eidkern
