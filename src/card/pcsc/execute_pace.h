// EXECUTE_PACE, the functions of a reader that runs PACE at its own pad (PC/SC part 10, amendment 1): what goes to the reader and
// what comes back, as bytes. A request is function, length and data; an answer is result, length and data; integers are
// little-endian. Bytes behind the announced ones are passed over, because some drivers give their whole buffer.
#pragma once
#include <cstdint>
#include <optional>

#include "core/card_values.h"

namespace eidkern::card
{

struct PaceCapabilities // bits of GetReadersPACECapabilities
{
    bool destroy = false; // DestroyPACEChannel
    bool generic = false; // PACE without a terminal certificate
    bool eid = false;     // PACE for the German eID application: what a login needs
    bool qes = false;
    bool operator==(const PaceCapabilities&) const = default;
};

namespace execute_pace
{

Bytes askCapabilities();
std::optional<PaceCapabilities> parseCapabilities(ByteView answer); // of one or two bytes the last one counts; nothing: refused or unreadable

// EstablishPACEChannel, without a password: the person is asked at the reader. Nothing: the description is too long for it.
std::optional<Bytes> establish(const PaceInput& input);

// What came of it. CancelledAtReader, EntryTimedOut, WrongPassword; Removed: the reader found no card; Protocol or WrongLength:
// the card refused a command of the reader, or the answer cannot be read; CommandFailed: any other result, a lost card among them.
// Without a CHAT nobody needs the output, and some readers leave it out: it is empty then.
CardResult<PaceOutput> parseEstablished(ByteView answer, PasswordId password, bool withChat);

Bytes destroy();
bool isDone(ByteView answer); // its result is 0

} // namespace execute_pace

} // namespace eidkern::card
