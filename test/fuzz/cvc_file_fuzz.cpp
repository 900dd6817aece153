// libFuzzer: any bytes as a file of CV certificates. What is found are elements 7F21, and written in hex they are found again.
#include "core/cvc_file.h"
#include "core/tlv.h"
#include "fuzz.h"

using namespace eidkern;
using namespace eidkern::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto found = cvcsIn(asText({data, size}));
    if (!found) return 0;
    must(!found->empty() && found->size() <= 256);
    std::string hex;
    for (const auto& each : *found)
    {
        const auto outer = singleTlv(each);
        must(outer && outer->tag == 0x7F21);
        hex += toHex(each) + "\n";
    }
    must(cvcsIn(hex) == found);
    return 0;
}
