#include "card/pcsc/execute_pace.h"

#include "card/faults.h"
#include "card/pace.h"

namespace eidkern::card::execute_pace
{

namespace
{

enum Function : std::uint8_t { GetReadersPaceCapabilities = 1, EstablishPaceChannel = 2, DestroyPaceChannel = 3 };

namespace result // amendment 1, 2.5.2 and following: the upper half says where, the lower half is often the card's status word
{
constexpr std::uint32_t done = 0, noCard = 0xF0100002, cancelled = 0xF0200001, timedOut = 0xF0200002;
constexpr std::uint16_t selectCardAccess = 0xF000, firstAuthenticate = 0xF003, lastAuthenticate = 0xF006;
} // namespace result

// Takes little-endian integers, and parts that begin with their length, from the front. What is missing makes it fail for good.
class Reader
{
public:
    explicit Reader(ByteView rest) : rest_(rest) {}

    std::uint32_t number(std::size_t size)
    {
        std::uint32_t value = 0;
        const auto bytes = take(size);
        for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::uint32_t(bytes[i]) << (8 * i);
        return value;
    }
    ByteView part(std::size_t sizeOfLength) { return take(number(sizeOfLength)); }
    ByteView take(std::size_t size)
    {
        if (size > rest_.size()) failed_ = true;
        if (failed_) return {};
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
    bool failed() const { return failed_; }

private:
    ByteView rest_;
    bool failed_ = false;
};

struct Answer
{
    std::uint32_t result;
    ByteView data;
};

std::optional<Answer> parse(ByteView bytes)
{
    Reader reader(bytes);
    const auto result = reader.number(4);
    const auto data = reader.part(2);
    if (reader.failed()) return {};
    return Answer{result, data};
}

// The result counts, even if its data cannot be read: some readers leave them out when they failed.
std::optional<std::uint32_t> resultOf(ByteView bytes)
{
    Reader reader(bytes);
    const auto result = reader.number(4);
    return reader.failed() ? std::nullopt : std::optional(result);
}

Bytes request(Function function, const Bytes& data)
{
    const std::uint8_t head[] = {function, std::uint8_t(data.size()), std::uint8_t(data.size() >> 8)};
    return concat({head, data});
}

CardFault faultOfResult(std::uint32_t value, PasswordId password)
{
    if (value == result::cancelled) return CardFault::CancelledAtReader;
    if (value == result::timedOut) return CardFault::EntryTimedOut;
    if (value == result::noCard) return CardFault::Removed;
    const auto where = std::uint16_t(value >> 16), sw = std::uint16_t(value);
    if (where >= result::firstAuthenticate && where <= result::lastAuthenticate && isWrongPassword(sw, password)) return CardFault::WrongPassword;
    return where >= result::selectCardAccess && where <= result::lastAuthenticate ? faultOf(sw) : CardFault::CommandFailed;
}

} // namespace

Bytes askCapabilities() { return request(GetReadersPaceCapabilities, {}); }

std::optional<PaceCapabilities> parseCapabilities(ByteView bytes)
{
    const auto answer = parse(bytes);
    if (!answer || answer->result != result::done || answer->data.empty() || answer->data.size() > 2) return {};
    const auto has = [bits = answer->data.back()](std::uint8_t bit) { return (bits & bit) != 0; };
    return PaceCapabilities{.destroy = has(0x80), .generic = has(0x40), .eid = has(0x20), .qes = has(0x10)};
}

std::optional<Bytes> establish(const PaceInput& input)
{
    static constexpr std::size_t most = 0xFFFF; // of all data
    const auto chat = input.chat ? encode(*input.chat) : Bytes();
    const auto size = input.certificateDescription.size();
    const std::uint8_t head[] = {std::uint8_t(input.password), std::uint8_t(chat.size())};
    const std::uint8_t noPassword[] = {0}, descriptionSize[] = {std::uint8_t(size), std::uint8_t(size >> 8)};
    const auto data = concat({head, chat, noPassword, descriptionSize, input.certificateDescription});
    if (chat.size() > 0xFF || data.size() > most) return {};
    return request(EstablishPaceChannel, data);
}

CardResult<PaceOutput> parseEstablished(ByteView bytes, PasswordId password, bool withChat)
{
    static constexpr std::size_t mostCoordinate = 66; // of a curve with 521 bits
    const auto value = resultOf(bytes);
    if (!value) return fault(CardFault::Protocol);
    if (*value != result::done) return fault(faultOfResult(*value, password));
    if (!withChat) return PaceOutput{};
    const auto answer = parse(bytes);
    if (!answer) return fault(CardFault::Protocol);

    Reader reader(answer->data);
    reader.take(2); // what the card said to MSE:Set AT; it no longer matters
    const auto efCardAccess = reader.part(2), car = reader.part(1), carPrevious = reader.part(1), idPicc = reader.part(2);
    const auto current = parseCar(car), previous = parseCar(carPrevious);
    const bool readable = (current || car.empty()) && (previous || carPrevious.empty()) && !idPicc.empty() && idPicc.size() <= mostCoordinate;
    if (reader.failed() || !readable) return fault(CardFault::Protocol);
    return PaceOutput{.efCardAccess = toBytes(efCardAccess), .idPicc = toBytes(idPicc), .car = current.value_or(""), .carPrevious = previous.value_or("")};
}

Bytes destroy() { return request(DestroyPaceChannel, {}); }

bool isDone(ByteView answer) { return resultOf(answer) == result::done; }

} // namespace eidkern::card::execute_pace
