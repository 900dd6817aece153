// What results of PC/SC mean to us, by resources/scard-codes.json. They are compared by their low 32 bits; all other code sees
// CardFault, and the number of Windows where it is shown.
#pragma once
#include <cstdint>

#include <winscard.h>

#include "core/card_values.h"

namespace eidkern::card
{

// The number of Windows: pcsc-lite has another one for one code. Unknown results keep theirs.
std::uint32_t scardValue(LONG result);

// Of any result but SCARD_S_SUCCESS. A reader or a daemon that is gone has taken the card with it: Removed.
CardFault faultOfScard(LONG result);

// The context is lost for ever and has to be released: pcscd has ended, or was started again.
bool isServiceLost(LONG result);

} // namespace eidkern::card
