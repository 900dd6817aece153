// The hardware behind the virtual driver: a reader with a pad, and the card in it. The person at the pad follows a script; PACE is
// run by the terminal inside the pad with the simulated card. Lives in the Qt event loop, beside the engine that uses the reader.
#pragma once
#include <QLocalSocket>
#include <optional>

#include "card/instructions.h"
#include "core/chat.h"
#include "eidkern/cards.h"
#include "engine/simulated_card_state.h"
#include "support/manual_clock.h"

namespace eidkern::test
{

class PadReader
{
public:
    PadReader(SimulatedCard chip, std::string address, std::vector<card::AtPad> deeds)
        : chip_(std::move(chip)), address_(std::move(address)),
          pad_(std::make_shared<card::SimulatedPad>(chip_.state->persona, std::move(deeds), scheduler(), clock_, chip_.state->random))
    {
        reader().remove();
        reader().fit(pad_);
        QObject::connect(&socket_, &QIODevice::readyRead, &socket_, [this] { read(); });
        QObject::connect(&socket_, &QLocalSocket::disconnected, &socket_, [this] { powerOff(); });
    }
    ~PadReader()
    {
        pull();
        reader().fit({});
    }
    PadReader(const PadReader&) = delete;

    bool put() // the card
    {
        reader().insert();
        socket_.connectToServer(QString::fromStdString(address_));
        return socket_.waitForConnected();
    }
    void pull()
    {
        reader().remove();
        socket_.abort();
    }
    card::SimulatedPad& pad() const { return *pad_; }
    void letTimePass() { clock_.advance(card::SimulatedPad::patience); } // of the reader

    void whenAsked(std::function<void()> cue) { asked_ = std::move(cue); }               // for a function of the pad, before it begins

    std::vector<Bytes> functions; // of the pad that were asked for, as feature and data

private:
    static constexpr std::size_t head = 7; // of a function: FF C2 01, feature, 00, length of two bytes (PC/SC part 10, pseudo APDUs)
    enum Function : std::uint8_t { Establish = 2, Destroy = 3 };

    card::SimulatedReader& reader() const { return chip_.state->reader; }
    Scheduler& scheduler() const { return chip_.state->scheduler; }

    void powerOff()
    {
        answering_.reset();
        channel_.reset();
        if (pad_->waits()) pad_->cancel(); // its driver has ended
    }

    void read()
    {
        bytes_ += socket_.readAll();
        while (bytes_.size() >= 2)
        {
            const auto size = qsizetype(quint8(bytes_[0]) << 8 | quint8(bytes_[1]));
            if (bytes_.size() < 2 + size) return;
            const Bytes frame(bytes_.begin() + 2, bytes_.begin() + 2 + size);
            bytes_.remove(0, 2 + size);
            handle(frame);
        }
    }

    void handle(const Bytes& frame)
    {
        enum Power : std::uint8_t { Off = 0, On = 1, Reset = 2, Atr = 4 };
        if (frame.size() != 1) answering_ = start(scheduler(), answer(frame));
        else if (frame[0] == Atr) send(reader().card()->atr());
        else channel_.reset(); // the next APDU finds the card afresh
    }

    Task<Done> answer(Bytes frame)
    {
        if (!channel_) channel_ = reader().connect();
        if (!channel_) co_return Done{}; // gone
        const bool function = frame.size() >= head && frame[0] == 0xFF && frame[1] == 0xC2;
        auto answering = function ? perform(std::move(frame)) : pass(std::move(frame));
        auto answered = co_await std::move(answering);
        if (answered) send(*answered);
        co_return Done{};
    }

    Task<std::optional<Bytes>> pass(Bytes apdu)
    {
        auto sending = channel_->transmit(std::move(apdu));
        auto sent = co_await std::move(sending);
        co_return sent ? std::optional(std::move(*sent)) : std::nullopt;
    }

    Task<std::optional<Bytes>> perform(Bytes frame)
    {
        functions.push_back(concat({ByteView(frame).subspan(3, 1), ByteView(frame).subspan(head)}));
        asked_();
        const auto data = ByteView(frame).subspan(head);
        const Bytes good{0x90, 0x00};
        if (frame[3] == 0x07)
        {
            auto changing = channel_->pad()->changePin();
            const auto changed = co_await std::move(changing);
            co_return concat({statusOf(changed), good});
        }
        if (frame[3] != 0x20 || data.size() < 3 || (data[0] != Establish && data[0] != Destroy)) co_return Bytes{0x6A, 0x81};
        if (data[0] == Destroy)
        {
            auto ending = channel_->pad()->endPace();
            const auto ended = co_await std::move(ending);
            co_return concat({result(ended ? 0 : 0xF0100001), Bytes{0, 0}, good});
        }
        auto input = inputOf(data.subspan(3));
        if (!input) co_return concat({result(0xD0000001), Bytes{0, 0}, good});
        const auto password = input->password;
        const auto before = reader().card()->pinTriesLeft();
        auto establishing = channel_->pad()->establishPace(std::move(*input));
        const auto output = co_await std::move(establishing);
        if (!output) co_return concat({result(resultOf(output.error(), password)), Bytes{0, 0}, good});
        const Bytes status = before == 3 ? Bytes{0x90, 0x00} : Bytes{0x63, std::uint8_t(0xC0 | before)};
        const auto all = concat({status, littleEndian(output->efCardAccess.size(), 2), output->efCardAccess, littleEndian(output->car.size(), 1),
                                 asBytes(output->car), littleEndian(output->carPrevious.size(), 1), asBytes(output->carPrevious),
                                 littleEndian(output->idPicc.size(), 2), output->idPicc});
        co_return concat({result(0), littleEndian(all.size(), 2), all, good});
    }

    static std::optional<PaceInput> inputOf(ByteView data) // password, CHAT, no PIN, description; with their lengths, which must fit exactly
    {
        if (data.size() < 5) return {};
        const auto chat = data[1] + 5u <= data.size() ? data.subspan(2, data[1]) : ByteView();
        const auto rest = data.subspan(2 + chat.size());
        if (chat.size() != data[1] || rest[0] != 0 || rest.size() != 3u + rest[1] + 256u * rest[2]) return {};
        PaceInput input{PasswordId(data[0]), {}, chat.empty() ? std::nullopt : parseChat(chat), toBytes(rest.subspan(3))};
        return chat.empty() || input.chat ? std::optional(std::move(input)) : std::nullopt;
    }

    std::uint32_t resultOf(CardFault fault, PasswordId password) const
    {
        switch (fault)
        {
            case CardFault::WrongPassword: return password == PasswordId::Pin ? 0xF00663C0 | std::uint32_t(reader().card()->pinTriesLeft()) : 0xF0066300;
            case CardFault::CancelledAtReader: return 0xF0200001;
            case CardFault::EntryTimedOut: return 0xF0200002;
            case CardFault::WrongLength: return 0xF0016700;
            case CardFault::Removed: return 0xF0100001;
            default: return 0xE0000002;
        }
    }

    static Bytes statusOf(const CardResult<Done>& changed)
    {
        if (changed) return {0x90, 0x00};
        switch (changed.error())
        {
            case CardFault::EntryTimedOut: return {0x64, 0x00};
            case CardFault::CancelledAtReader: return {0x64, 0x01};
            case CardFault::NewPinsDiffer: return {0x64, 0x02};
            case CardFault::NewPinLength: return {0x64, 0x03};
            default: return {0x69, 0x82};
        }
    }

    static Bytes littleEndian(std::size_t value, int size)
    {
        Bytes bytes;
        for (; size > 0; --size, value >>= 8) bytes.push_back(std::uint8_t(value));
        return bytes;
    }
    static Bytes result(std::uint32_t value) { return littleEndian(value, 4); }

    void send(const Bytes& bytes)
    {
        QByteArray frame;
        frame.append(char(bytes.size() >> 8)).append(char(bytes.size()));
        socket_.write(frame.append(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())));
    }

    SimulatedCard chip_;
    std::string address_;
    ManualClock clock_{scheduler()};
    std::shared_ptr<card::SimulatedPad> pad_;
    std::unique_ptr<card::Channel> channel_;
    std::optional<Pending<Done>> answering_;
    std::function<void()> asked_ = [] {};
    QLocalSocket socket_;
    QByteArray bytes_;
};

} // namespace eidkern::test
