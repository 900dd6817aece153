#include "card/apdu.h"

namespace eidkern::card
{

static void append16(Bytes& out, std::size_t number)
{
    out.push_back(std::uint8_t(number >> 8));
    out.push_back(std::uint8_t(number));
}

Bytes encode(const CommandApdu& command)
{
    const auto& [cla, ins, p1, p2, data, le] = command;
    const bool extended = command.isExtended();
    Bytes out{cla, ins, p1, p2};
    out.reserve(data.size() + 9);
    if (extended) out.push_back(0);
    if (!data.empty())
    {
        if (extended) append16(out, data.size());
        else out.push_back(std::uint8_t(data.size()));
        out.insert(out.end(), data.begin(), data.end());
    }
    if (le && extended) append16(out, *le);
    if (le && !extended) out.push_back(std::uint8_t(*le));
    return out;
}

static std::size_t number16(ByteView bytes) { return std::size_t(bytes[0]) << 8 | bytes[1]; }

// What follows Lc: the data, then nothing or an Le of the same form.
static bool takeBody(ByteView rest, std::size_t lc, std::size_t leSize, CommandApdu& command)
{
    if (lc == 0 || (rest.size() != lc && rest.size() != lc + leSize)) return false;
    command.data = toBytes(rest.first(lc));
    const auto le = rest.subspan(lc);
    if (le.size() == 1) command.le = le[0] ? le[0] : CommandApdu::all;
    if (le.size() == 2) command.le = number16(le) ? std::uint32_t(number16(le)) : CommandApdu::allExtended;
    return true;
}

std::optional<CommandApdu> parseCommand(ByteView apdu)
{
    if (apdu.size() < 4) return {};
    CommandApdu command{.cla = apdu[0], .ins = apdu[1], .p1 = apdu[2], .p2 = apdu[3]};
    const auto rest = apdu.subspan(4);
    if (rest.empty()) return command;
    if (rest.size() == 1)
    {
        command.le = rest[0] ? rest[0] : CommandApdu::all;
        return command;
    }
    if (rest[0] != 0) return takeBody(rest.subspan(1), rest[0], 1, command) ? std::optional(command) : std::nullopt;
    if (rest.size() < 3) return {};
    const auto number = number16(rest.subspan(1));
    if (rest.size() == 3)
    {
        command.le = number ? std::uint32_t(number) : CommandApdu::allExtended;
        return command;
    }
    return takeBody(rest.subspan(3), number, 2, command) ? std::optional(command) : std::nullopt;
}

Bytes encode(const ResponseApdu& response)
{
    auto out = response.data;
    append16(out, response.sw);
    return out;
}

std::optional<ResponseApdu> parseResponse(ByteView apdu)
{
    if (apdu.size() < 2) return {};
    return ResponseApdu{toBytes(apdu.first(apdu.size() - 2)), std::uint16_t(number16(apdu.last(2)))};
}

} // namespace eidkern::card
