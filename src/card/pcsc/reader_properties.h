// What a reader says of itself through its driver (PC/SC part 10); no APDU is sent for it.
#pragma once
#include "card/pcsc/execute_pace.h"
#include "card/pcsc/features.h"

namespace eidkern::card
{

struct ReaderProperties
{
    Features features = {};
    PaceCapabilities pace = {};
    bool extendedLength = true; // no: it only passes on short APDUs, or less than an EF.CardSecurity at once; who says nothing of it passes on everything

    bool takesPasswords() const { return features.executePace != 0 && pace.eid; } // at its pad, for a login
};

} // namespace eidkern::card
