// MODIFY_PIN_DIRECT, the function of a reader that takes a new PIN at its pad, twice, and sets it (PC/SC part 10, 2.5.3): here
// RESET RETRY COUNTER for the PIN of an eID card, which the reader sends inside the channel of its PACE.
#pragma once
#include "core/card_values.h"
#include "core/task.h"

namespace eidkern::card::modify_pin
{

Bytes request(); // the structure PIN_MODIFY: six digits, entered twice, 60 s for each

// A status word, of the reader or of the card. EntryTimedOut, CancelledAtReader, NewPinsDiffer, NewPinLength; Protocol or
// WrongLength: any other; CommandFailed: none.
CardResult<Done> parseAnswer(ByteView answer);

} // namespace eidkern::card::modify_pin
