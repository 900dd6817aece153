#include "core/tlv.h"

#include <algorithm>

namespace eidkern
{

static std::optional<std::uint32_t> takeTag(ByteView& in)
{
    if (in.empty()) return {};
    std::uint32_t tag = in[0];
    std::size_t used = 1;
    if ((tag & 0x1F) == 0x1F)
    {
        do {
            if (used == in.size() || used == 3) return {};
            tag = tag << 8 | in[used];
        } while (in[used++] & 0x80);
    }
    in = in.subspan(used);
    return tag;
}

static std::optional<std::size_t> takeLength(ByteView& in)
{
    if (in.empty()) return {};
    const std::size_t first = in[0];
    in = in.subspan(1);
    if (first < 0x80) return first;
    const std::size_t bytes = first & 0x7F;
    if (bytes == 0 || bytes > 3 || bytes > in.size() || in[0] == 0) return {};
    std::size_t length = 0;
    for (std::size_t i = 0; i < bytes; ++i) length = length << 8 | in[i];
    if (length < 0x80) return {};
    in = in.subspan(bytes);
    return length;
}

std::optional<Tlv> takeTlv(ByteView& input)
{
    ByteView rest = input;
    const auto tag = takeTag(rest);
    if (!tag) return {};
    const auto length = takeLength(rest);
    if (!length || *length > rest.size()) return {};
    const auto head = input.size() - rest.size();
    const Tlv element{*tag, rest.first(*length), input.first(head + *length)};
    input = input.subspan(head + *length);
    return element;
}

std::optional<Tlv> singleTlv(ByteView input)
{
    auto element = takeTlv(input);
    return input.empty() ? element : std::nullopt;
}

std::optional<std::vector<Tlv>> allTlv(ByteView input, std::size_t most)
{
    std::vector<Tlv> elements;
    while (!input.empty())
    {
        const auto element = takeTlv(input);
        if (!element || elements.size() == most) return {};
        elements.push_back(*element);
    }
    return elements;
}

const Tlv* find(const std::vector<Tlv>& elements, std::uint32_t tag)
{
    const auto it = std::ranges::find(elements, tag, &Tlv::tag);
    return it == elements.end() ? nullptr : &*it;
}

std::optional<ByteView> single(const std::vector<Tlv>& elements, std::uint32_t tag)
{
    if (std::ranges::count(elements, tag, &Tlv::tag) != 1) return {};
    return find(elements, tag)->value;
}

static void append(Bytes& out, std::size_t number, bool always)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        if ((number >> shift) != 0 || (always && shift == 0)) out.push_back(std::uint8_t(number >> shift));
}

Bytes tlv(std::uint32_t tag, std::initializer_list<ByteView> parts)
{
    std::size_t length = 0;
    for (const auto part : parts) length += part.size();
    Bytes out;
    out.reserve(length + 8);
    append(out, tag, true);
    if (length >= 0x80) out.push_back(std::uint8_t(length < 0x100 ? 0x81 : length < 0x10000 ? 0x82 : length < 0x1000000 ? 0x83 : 0x84));
    append(out, length, true);
    for (const auto part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

Bytes tlv(std::uint32_t tag, ByteView value) { return tlv(tag, {value}); }

} // namespace eidkern
