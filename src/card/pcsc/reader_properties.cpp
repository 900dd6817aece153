#include "card/pcsc/reader_properties.h"

#include <algorithm>

#include <reader.h>

#include "core/bytes.h"

namespace eidkern::card
{

static constexpr std::uint32_t enough = 4096; // bytes of data in one APDU

static Bytes control(SCARDHANDLE card, DWORD code)
{
    Bytes answer(MAX_BUFFER_SIZE);
    DWORD length = 0;
    if (SCardControl(card, code, nullptr, 0, answer.data(), answer.size(), &length) != SCARD_S_SUCCESS) return {};
    answer.resize(std::min<std::size_t>(length, answer.size()));
    return answer;
}

// In a list of tag, length (one byte each) and value; nothing: it is not there.
static ByteView valueOf(std::uint8_t tag, ByteView list)
{
    while (list.size() >= 2 && list.size() - 2u >= list[1])
    {
        const auto value = list.subspan(2, list[1]);
        if (list[0] == tag) return value;
        list = list.subspan(2u + list[1]);
    }
    return {};
}

bool passesExtendedLength(SCARDHANDLE card)
{
    const auto features = control(card, CM_IOCTL_GET_FEATURE_REQUEST);
    const auto code = valueOf(FEATURE_GET_TLV_PROPERTIES, features);
    if (code.size() != 4) return true;
    const auto properties = control(card, DWORD(code[0]) << 24 | DWORD(code[1]) << 16 | DWORD(code[2]) << 8 | code[3]);
    const auto most = valueOf(PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, properties); // little endian
    if (most.size() != 4) return true;
    return (std::uint32_t(most[3]) << 24 | std::uint32_t(most[2]) << 16 | std::uint32_t(most[1]) << 8 | most[0]) >= enough;
}

} // namespace eidkern::card
