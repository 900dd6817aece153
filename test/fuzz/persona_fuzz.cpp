// libFuzzer: persona files of any content. What is accepted makes data groups that are well-formed; what is refused says why.
#include "card/simulator/persona_json.h"
#include "core/tlv.h"
#include "fuzz.h"

using namespace eidkern;
using namespace eidkern::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto persona = card::parsePersona(asText({data, size}));
    if (!persona) must(!persona.error().empty());
    if (!persona) return 0;
    for (const auto& [number, content] : card::dataGroups(*persona))
    {
        const auto group = singleTlv(content);
        must(group && group->tag == 0x60u + std::uint32_t(number));
    }
    return 0;
}
