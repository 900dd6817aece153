// libFuzzer: any bytes as a protected command, without a checksum and with the right one. What nobody protected is never opened;
// what a terminal protects is opened to what it was.
#include "secure_messaging.h"

using namespace eidkern;
using namespace eidkern::card;
using namespace eidkern::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto command = parseCommand({data, size});
    if (!command) return 0;
    auto chip = session();
    must(!chip.open(*command)); // a forged checksum
    must(!chip.open(*command)); // and the session is dead

    const std::uint8_t header[] = {command->cla, command->ins, command->p1, command->p2};
    auto trusting = session();
    if (const auto opened = trusting.open(CommandApdu{command->cla, command->ins, command->p1, command->p2, withChecksum(header, command->data), {}}))
        must(opened->ins == command->ins && opened->data.size() <= command->data.size() && !(opened->cla & 0x0C));

    if (command->cla & 0x0C || command->data.size() > 60'000) return 0;
    auto terminal = session(), card = session();
    const auto opened = card.open(terminal.protect(*command));
    must(opened && opened->data == command->data && opened->le.has_value() == command->le.has_value());
    return 0;
}
