// What a reader says of itself through its driver (PC/SC part 10, FEATURE_GET_TLV_PROPERTIES); no APDU is sent for it.
#pragma once
#include <winscard.h>

namespace eidkern::card
{

// No: it only passes on short APDUs, or less than an EF.CardSecurity at once. Who says nothing of it passes on everything.
bool passesExtendedLength(SCARDHANDLE card);

} // namespace eidkern::card
