// libFuzzer: any bytes as a protected response, without a checksum and with the right one. What nobody protected is never opened;
// what a card protects is opened to what it was.
#include "secure_messaging.h"

using namespace eidkern;
using namespace eidkern::card;
using namespace eidkern::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto response = parseResponse({data, size});
    if (!response) return 0;
    auto terminal = session();
    must(!terminal.open(*response)); // a forged checksum
    must(!terminal.open(*response)); // and the session is dead

    auto trusting = session();
    if (const auto opened = trusting.open(ResponseApdu{withChecksum({}, response->data), response->sw}))
        must(opened->sw == response->sw && opened->data.size() < response->data.size());

    auto reader = session(), chip = session();
    const auto returned = reader.open(chip.protect(*response));
    must(returned && returned->data == response->data && returned->sw == response->sw);
    return 0;
}
