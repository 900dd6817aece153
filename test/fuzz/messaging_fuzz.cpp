// libFuzzer: secure messaging of both ends fed with any bytes, and the APDU parsers. What nobody protected is never opened;
// what parses as an APDU is written the same way.
#include <cstdlib>

#include "card/secure_messaging.h"

using namespace eidkern;
using namespace eidkern::card;

static SecureMessaging fresh() { return SecureMessaging(SessionKeys{Secret("0123456789abcdef"), Secret("fedcba9876543210")}); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input(data, size);
    if (const auto response = parseResponse(input))
    {
        if (!same(encode(*response), input)) std::abort();
        auto terminal = fresh();
        if (terminal.open(*response)) std::abort(); // a forged MAC
        if (terminal.open(*response)) std::abort(); // and the session is dead
    }
    if (const auto command = parseCommand(input))
    {
        const auto again = parseCommand(encode(*command));
        if (!again || again->data != command->data || again->le != command->le || again->ins != command->ins) std::abort();
        auto chip = fresh();
        if (chip.open(*command)) std::abort();
        auto one = fresh(), other = fresh(); // and a protected one is opened to what it was
        if (command->cla & 0x0C || command->data.size() > 60'000) return 0;
        const auto opened = other.open(one.protect(*command));
        if (!opened || opened->data != command->data || opened->le.has_value() != command->le.has_value()) std::abort();
    }
    return 0;
}
