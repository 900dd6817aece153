// libFuzzer: any bytes as BER-TLV. What is read is written the same, to the last byte, at every depth.
#include "core/tlv.h"
#include "fuzz.h"

using namespace eidkern;
using namespace eidkern::test;

static void elements(ByteView input, int depth)
{
    const auto all = depth > 0 ? allTlv(input) : std::nullopt;
    if (!all) return;
    must(all->size() <= 256);
    std::size_t size = 0;
    for (const auto& each : *all)
    {
        must(same(tlv(each.tag, each.value), each.whole) && find(*all, each.tag));
        size += each.whole.size();
        elements(each.value, depth - 1);
    }
    must(size == input.size());
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    elements({data, size}, 8);
    return 0;
}
