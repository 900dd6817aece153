// libFuzzer: any bytes as AuthenticatedAuxiliaryData.
#include "core/auxiliary_data.h"
#include "fuzz.h"

using namespace eidkern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::again(ByteView(data, size), parseAuxiliaryData, [](const AuxiliaryData& auxiliary) { return encode(auxiliary); });
    return 0;
}
