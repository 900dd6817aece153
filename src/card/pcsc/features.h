// What readers say of themselves (PC/SC part 10). Drivers take liberties with it, so it is read tolerantly: unknown tags and
// values of another size are passed over, what is cut off ends the list, and of a tag that comes twice the first one counts.
#pragma once
#include <cstdint>
#include <optional>

#include "core/bytes.h"

namespace eidkern::card
{

struct Features // control codes for SCardControl; 0: there is no such feature
{
    std::uint32_t verifyPin = 0, modifyPin = 0, tlvProperties = 0, executePace = 0;
    bool operator==(const Features&) const = default;
};

Features parseFeatures(ByteView list);                                 // of CM_IOCTL_GET_FEATURE_REQUEST: tag, 04, code (big-endian)
std::optional<std::uint32_t> parseMaxApduDataSize(ByteView properties); // of FEATURE_GET_TLV_PROPERTIES: tag, length, value (little-endian)

} // namespace eidkern::card
