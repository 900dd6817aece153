// What a reader says of itself through its driver (PC/SC part 10); no APDU is sent for it.
#pragma once
#include <winscard.h>

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

// One question, and one more for each feature that is announced and asked about here; whatever the driver refuses or garbles is
// not there. SCARD_E_SHARING_VIOLATION: not to be answered while another program is in a transaction; else SCARD_S_SUCCESS.
LONG askReader(SCARDHANDLE card, ReaderProperties& properties);

// A function of the reader, which may take as long as a person does. At most 65548 bytes each way.
LONG control(SCARDHANDLE card, std::uint32_t code, ByteView request, Bytes& answer);

} // namespace eidkern::card
