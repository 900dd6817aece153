// A powered card in a reader, below secure messaging: APDU in, APDU out.
#pragma once
#include <string>

#include "core/card_values.h"
#include "core/pending.h"

namespace eidkern::card
{

// The pad of a reader that takes passwords itself and runs PACE (TR-03119 Cat-S and Cat-K; PC/SC part 10, EXECUTE_PACE). Once PACE
// is established the reader protects each plain APDU by itself; one that comes with secure messaging of its own (class bits 0C)
// goes to the card as it is and ends the reader's.
class PinPad
{
public:
    virtual ~PinPad() = default;

    // The person is asked at the reader; PaceInput::secret stays empty. Nobody can end the entry from here: when this is dropped
    // the reader is still in use until the person, or the reader's own time limit, has ended it.
    virtual Pending<CardResult<PaceOutput>> establishPace(PaceInput input) = 0;
    virtual Pending<CardResult<Done>> endPace() = 0; // back to plain APDUs, also on the card

    // After PACE with the PIN (PC/SC part 10, MODIFY_PIN_DIRECT): the new PIN is entered there, twice, and set. Nor can that entry
    // be ended from here. CancelledAtReader, EntryTimedOut, NewPinsDiffer, NewPinLength or those of a peer: the old one remains.
    virtual Pending<CardResult<Done>> changePin() = 0;
};

class Channel
{
public:
    virtual ~Channel() = default;                                  // resets and releases the card
    virtual std::string reader() const = 0;                        // its name, for people
    virtual Pending<CardResult<Bytes>> transmit(Bytes apdu) = 0;   // Removed, CommandFailed, or the bytes that came (may be empty)
    virtual Pending<Done> removed() = 0;                           // once, when card or reader are gone
    virtual PinPad* pad() { return nullptr; }                      // nothing: passwords come from the host
    virtual void claim() {} // from the next APDU on no other program reaches the card, and none is sent twice; for good
};

} // namespace eidkern::card
