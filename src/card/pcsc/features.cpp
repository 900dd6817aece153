#include "card/pcsc/features.h"

#include <reader.h>

namespace eidkern::card
{

namespace
{

// The value of four bytes in a list of tag, length (one byte each) and value; empty: it is not there.
ByteView valueOf(std::uint8_t tag, ByteView list)
{
    while (list.size() >= 2 && list.size() - 2u >= list[1])
    {
        const auto value = list.subspan(2, list[1]);
        if (list[0] == tag && value.size() == 4) return value;
        list = list.subspan(2u + list[1]);
    }
    return {};
}

std::uint32_t controlCode(std::uint8_t tag, ByteView list)
{
    const auto code = valueOf(tag, list);
    return code.empty() ? 0 : std::uint32_t(code[0]) << 24 | std::uint32_t(code[1]) << 16 | std::uint32_t(code[2]) << 8 | code[3];
}

} // namespace

Features parseFeatures(ByteView list)
{
    return {.verifyPin = controlCode(FEATURE_VERIFY_PIN_DIRECT, list),
            .modifyPin = controlCode(FEATURE_MODIFY_PIN_DIRECT, list),
            .tlvProperties = controlCode(FEATURE_GET_TLV_PROPERTIES, list),
            .executePace = controlCode(FEATURE_EXECUTE_PACE, list)};
}

std::optional<std::uint32_t> parseMaxApduDataSize(ByteView properties)
{
    const auto most = valueOf(PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, properties);
    if (most.empty()) return {};
    return std::uint32_t(most[3]) << 24 | std::uint32_t(most[2]) << 16 | std::uint32_t(most[1]) << 8 | most[0];
}

} // namespace eidkern::card
