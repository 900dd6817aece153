// libFuzzer: any bytes as command and as response APDU. What is read is written so that it reads the same.
#include "card/apdu.h"
#include "fuzz.h"

using namespace eidkern;
using namespace eidkern::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input(data, size);
    again(input, card::parseCommand, [](const card::CommandApdu& command) { return encode(command); });
    if (const auto command = card::parseCommand(input))
    {
        const auto second = card::parseCommand(encode(*command));
        must(second->cla == command->cla && second->ins == command->ins && second->data == command->data && second->le == command->le);
    }
    if (const auto response = card::parseResponse(input)) must(same(encode(*response), input));
    return 0;
}
