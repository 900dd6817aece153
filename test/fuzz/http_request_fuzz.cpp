// libFuzzer: any bytes as an HTTP request.
#include "http.h"

using namespace eidkern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::compare(network::HttpParser::Kind::Request, {data, size});
    return 0;
}
