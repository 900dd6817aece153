// BER-TLV with definite lengths, as cards, CV certificates and DER use it. Reading copies nothing and is strict: a length
// that is not minimal, indefinite or longer than the input, and a tag of more than three bytes, end the reading as malformed.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "core/bytes.h"

namespace eidkern
{

struct Tlv
{
    std::uint32_t tag; // as written: 0x30, 0x7F49, 0x5F37, ...
    ByteView value;
    ByteView whole; // tag, length and value

    bool operator==(std::uint32_t other) const { return tag == other; }
};

std::optional<Tlv> takeTlv(ByteView& input);      // the next element, removed from the front of `input`
std::optional<Tlv> singleTlv(ByteView input);     // exactly one element and nothing behind it
std::optional<std::vector<Tlv>> allTlv(ByteView input, std::size_t most = 256); // a complete sequence of elements

const Tlv* find(const std::vector<Tlv>& elements, std::uint32_t tag);        // the first one
std::optional<ByteView> single(const std::vector<Tlv>& elements, std::uint32_t tag); // value of the only one; none or several: nothing

Bytes tlv(std::uint32_t tag, ByteView value);
Bytes tlv(std::uint32_t tag, std::initializer_list<ByteView> parts); // the parts one after the other are the value

} // namespace eidkern
