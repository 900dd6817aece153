// libFuzzer: any bytes as a server's message, a client's message and a tcToken. What is read once can be written and read
// again, and then reads the same.
#include <cstdint>
#include <cstdlib>

#include "network/paos_codec.h"
#include "network/tc_token_codec.h"

using namespace eidkern::network;

template<typename Parse>
static void again(std::string_view xml, Parse parse)
{
    const auto first = parse(xml);
    if (!first) return;
    const auto written = encode(*first);
    const auto second = parse(written);
    if (!second || encode(*second) != written) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view xml(reinterpret_cast<const char*>(data), size);
    again(xml, parseServerMessage);
    again(xml, parseClientMessage);
    again(xml, parseTcToken);
    return 0;
}
