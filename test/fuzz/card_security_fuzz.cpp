// libFuzzer: any bytes as EF.CardSecurity. What is read can be used.
#include "security_infos.h"

using namespace eidkern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::mustBeUsable(card::parseCardSecurity({data, size}));
    return 0;
}
