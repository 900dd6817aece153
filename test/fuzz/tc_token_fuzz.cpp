// libFuzzer: any bytes as a tcToken.
#include "network/tc_token_codec.h"
#include "fuzz.h"

using namespace eidkern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::again(asText({data, size}), network::parseTcToken, [](const TcToken& token) { return network::encode(token); });
    return 0;
}
