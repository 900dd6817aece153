// What the virtual reader says of itself, and what is asked of its pad. That goes to the peer, which plays both reader and card, as
// the PC/SC pseudo APDU FF C2 01 <feature> 00 <Lc hi> <Lc lo> <data>; answer data, 90 00.
#pragma once
#include <reader.h>
#include <winscard.h>

#include "slot.h"

namespace ifd
{

constexpr DWORD featureCode(uint8_t tag) { return SCARD_CTL_CODE(0x330000 + tag); }

inline Bytes tlvProperties()
{
    // tag, length, little-endian value
    return {PCSCv2_PART10_PROPERTY_wLcdLayout,
            2,
            16,
            2,
            PCSCv2_PART10_PROPERTY_bEntryValidationCondition,
            1,
            2,
            PCSCv2_PART10_PROPERTY_bMinPINSize,
            1,
            5,
            PCSCv2_PART10_PROPERTY_bMaxPINSize,
            1,
            6,
            PCSCv2_PART10_PROPERTY_bPPDUSupport,
            1,
            2,
            PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize,
            4,
            0xF6,
            0xFF,
            0,
            0};
}

inline std::optional<Bytes> feature(Slot& s, uint8_t tag, const uint8_t* data, size_t n)
{
    if (tag == FEATURE_GET_TLV_PROPERTIES) return tlvProperties();
    if (tag == FEATURE_EXECUTE_PACE)
    {
        if (n < 3) return Bytes{0x01, 0, 0, 0xD0, 0, 0};                            // lengths inconsistent
        if (data[0] == 1) return Bytes{0, 0, 0, 0, 1, 0, s.options.pace};           // GetReadersPACECapabilities
        if (!s.present()) return Bytes{0x02, 0, 0x10, 0xF0, 0, 0};                  // no card
    }
    Bytes ppdu{0xFF, 0xC2, 0x01, tag};
    if (n) ppdu.insert(ppdu.end(), {0, uint8_t(n >> 8), uint8_t(n)});
    ppdu.insert(ppdu.end(), data, data + n);
    auto answer = s.exchange(ppdu.data(), ppdu.size());
    if (!answer || answer->size() < 2) return tag == FEATURE_EXECUTE_PACE ? std::optional(Bytes{0x01, 0, 0x10, 0xF0, 0, 0}) : std::nullopt;
    if ((*answer)[answer->size() - 2] != 0x90) return {};
    answer->resize(answer->size() - 2);
    return answer;
}

inline Bytes featureList(const Options& options)
{
    Bytes list;
    for (uint8_t tag : options.features)
    {
        auto code = uint32_t(featureCode(tag));
        list.insert(list.end(), {tag, 4, uint8_t(code >> 24), uint8_t(code >> 16), uint8_t(code >> 8), uint8_t(code)});
    }
    return options.list.value_or(list);
}

} // namespace ifd
