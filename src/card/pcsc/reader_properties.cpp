#include "card/pcsc/reader_properties.h"

#include <algorithm>

#include <reader.h>

#include "core/bytes.h"

namespace eidkern::card
{

static constexpr std::uint32_t enough = 4096; // bytes of data in one APDU

static LONG control(SCARDHANDLE card, DWORD code, ByteView input, Bytes& answer)
{
    answer.resize(MAX_BUFFER_SIZE);
    DWORD length = 0;
    const LONG result = SCardControl(card, code, input.data(), input.size(), answer.data(), answer.size(), &length);
    answer.resize(result == SCARD_S_SUCCESS ? std::min<std::size_t>(length, answer.size()) : 0);
    return result;
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

static DWORD codeOf(std::uint8_t feature, ByteView features) // 0: the reader does not have it
{
    const auto code = valueOf(feature, features);
    return code.size() == 4 ? DWORD(code[0]) << 24 | DWORD(code[1]) << 16 | DWORD(code[2]) << 8 | code[3] : 0;
}

static std::optional<std::uint32_t> mostBytesOf(SCARDHANDLE card, ByteView features)
{
    const auto code = codeOf(FEATURE_GET_TLV_PROPERTIES, features);
    if (code == 0) return {};
    Bytes properties;
    control(card, code, {}, properties);
    const auto most = valueOf(PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, properties); // little endian
    if (most.size() != 4) return {};
    return std::uint32_t(most[3]) << 24 | std::uint32_t(most[2]) << 16 | std::uint32_t(most[1]) << 8 | most[0];
}

static std::uint8_t paceCapabilitiesOf(SCARDHANDLE card, DWORD code) // GetReadersPACECapabilities
{
    Bytes answer;
    control(card, code, Bytes{1, 0, 0}, answer); // result (4), length (2), capabilities; some readers put one more byte before them
    const bool good = answer.size() > 6 && answer.size() <= 8 && std::ranges::all_of(ByteView(answer).first(4), [](std::uint8_t b) { return b == 0; });
    return good ? answer.back() : 0;
}

ReaderProperties propertiesOf(SCARDHANDLE card)
{
    ReaderProperties properties;
    Bytes features;
    properties.result = control(card, CM_IOCTL_GET_FEATURE_REQUEST, {}, features);
    properties.verifiesPin = codeOf(FEATURE_VERIFY_PIN_DIRECT, features) != 0 || codeOf(FEATURE_VERIFY_PIN_START, features) != 0;
    properties.modifiesPin = codeOf(FEATURE_MODIFY_PIN_DIRECT, features) != 0 || codeOf(FEATURE_MODIFY_PIN_START, features) != 0;
    if (const auto code = codeOf(FEATURE_EXECUTE_PACE, features))
    {
        properties.executesPace = true;
        properties.paceCapabilities = paceCapabilitiesOf(card, code);
    }
    properties.mostBytes = mostBytesOf(card, features);
    return properties;
}

std::string attribute(SCARDHANDLE card, DWORD id)
{
    Bytes value(MAX_BUFFER_SIZE);
    DWORD length = value.size();
    if (SCardGetAttrib(card, id, value.data(), &length) != SCARD_S_SUCCESS || length > value.size()) return {};
    value.resize(length);
    if (id == SCARD_ATTR_VENDOR_IFD_VERSION) // major and minor in one byte each, and a build of two, in the machine's order
        return value.size() == 4 ? std::to_string(value[3]) + "." + std::to_string(value[2]) + "." + std::to_string(value[0] | value[1] << 8) : std::string();
    return std::string(asText(ByteView(value).first(std::size_t(std::ranges::find(value, 0) - value.begin()))));
}

bool passesExtendedLength(SCARDHANDLE card)
{
    Bytes features;
    control(card, CM_IOCTL_GET_FEATURE_REQUEST, {}, features);
    const auto most = mostBytesOf(card, features);
    return !most || *most >= enough;
}

} // namespace eidkern::card
