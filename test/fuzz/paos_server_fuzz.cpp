// libFuzzer: any bytes as a PAOS message of the server.
#include "network/paos_codec.h"
#include "fuzz.h"

using namespace eidkern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::again(asText({data, size}), network::parseServerMessage, [](const paos::ServerMessage& message) { return network::encode(message); });
    return 0;
}
