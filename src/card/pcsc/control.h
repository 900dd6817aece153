// What is said to a reader itself, and not to the card in it.
#pragma once
#include <winscard.h>

#include "card/pcsc/reader_properties.h"

namespace eidkern::card
{

// One question, and one more for each feature that is announced and asked about here; whatever the driver refuses or garbles is
// not there. SCARD_E_SHARING_VIOLATION: not to be answered while another program is in a transaction; else SCARD_S_SUCCESS.
LONG askReader(SCARDHANDLE card, ReaderProperties& properties);

// A function of the reader, which may take as long as a person does. At most 65548 bytes each way.
LONG control(SCARDHANDLE card, std::uint32_t code, ByteView request, Bytes& answer);

} // namespace eidkern::card
