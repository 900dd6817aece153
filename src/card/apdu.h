// Command and response APDUs (ISO 7816-4 5.1), short and extended.
#pragma once
#include <cstdint>
#include <optional>

#include "core/bytes.h"

namespace eidkern::card
{

struct CommandApdu
{
    std::uint8_t cla = 0, ins = 0, p1 = 0, p2 = 0;
    Bytes data = {};
    std::optional<std::uint32_t> le = {}; // expected bytes; 256 and 65536 stand for "as many as there are"

    static constexpr std::uint32_t all = 256, allExtended = 65536;
    static constexpr std::size_t mostShort = 255; // bytes of data

    bool isExtended() const { return data.size() > mostShort || le.value_or(0) > all; }
};

Bytes encode(const CommandApdu& command);              // short where that is possible
std::optional<CommandApdu> parseCommand(ByteView apdu); // the seven cases; lengths must fit exactly
inline bool isExtended(ByteView apdu) { return apdu.size() > 5 && apdu[4] == 0; }

struct ResponseApdu
{
    Bytes data = {};
    std::uint16_t sw = 0;
    bool ok() const { return sw == 0x9000; }
};

Bytes encode(const ResponseApdu& response);
std::optional<ResponseApdu> parseResponse(ByteView apdu); // nothing below two bytes

} // namespace eidkern::card
