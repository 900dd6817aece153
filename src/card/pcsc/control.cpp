#include "card/pcsc/control.h"

#include <algorithm>
#include <optional>

#include <reader.h>

#include "card/pcsc/codes.h"

namespace eidkern::card
{

static constexpr std::uint32_t enough = 4096; // bytes of data in one APDU

LONG askReader(SCARDHANDLE card, ReaderProperties& properties)
{
    Bytes answer;
    const auto refused = [&](std::uint32_t code, ByteView request) {
        const LONG result = control(card, code, request, answer);
        if (result != SCARD_S_SUCCESS) answer.clear();
        return is(result, SCARD_E_SHARING_VIOLATION);
    };
    if (refused(CM_IOCTL_GET_FEATURE_REQUEST, {})) return SCARD_E_SHARING_VIOLATION;
    ReaderProperties said{.features = parseFeatures(answer)};
    if (said.features.tlvProperties)
    {
        if (refused(said.features.tlvProperties, {})) return SCARD_E_SHARING_VIOLATION;
        said.extendedLength = parseMaxApduDataSize(answer).value_or(enough) >= enough;
    }
    if (said.features.executePace)
    {
        if (refused(said.features.executePace, execute_pace::askCapabilities())) return SCARD_E_SHARING_VIOLATION;
        said.pace = execute_pace::parseCapabilities(answer).value_or(PaceCapabilities());
    }
    properties = said;
    return SCARD_S_SUCCESS;
}

LONG control(SCARDHANDLE card, std::uint32_t code, ByteView request, Bytes& answer)
{
    answer.resize(MAX_BUFFER_SIZE_EXTENDED);
    DWORD length = 0;
    const LONG result = SCardControl(card, code, request.data(), request.size(), answer.data(), answer.size(), &length);
    answer.resize(result == SCARD_S_SUCCESS ? std::min<std::size_t>(length, answer.size()) : 0);
    return result;
}

} // namespace eidkern::card
