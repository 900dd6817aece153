// What results of pcsc-lite mean to us. They are compared by their low 32 bits; all other code sees CardFault only.
#pragma once
#include <winscard.h>

#include "core/card_values.h"

namespace eidkern::card
{

// Of any result but SCARD_S_SUCCESS. A reader or a daemon that is gone has taken the card with it: Removed.
CardFault faultOfScard(LONG result);

// The context is lost for ever and has to be released: pcscd has ended, or was started again.
bool isServiceLost(LONG result);

} // namespace eidkern::card
