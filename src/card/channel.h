// A powered card in a reader, below secure messaging: APDU in, APDU out.
#pragma once
#include <string>

#include "core/card_values.h"
#include "core/pending.h"

namespace eidkern::card
{

class Channel
{
public:
    virtual ~Channel() = default;                                  // resets and releases the card
    virtual std::string reader() const = 0;                        // its name, for people
    virtual Pending<CardResult<Bytes>> transmit(Bytes apdu) = 0;   // Removed, CommandFailed, or the bytes that came (may be empty)
    virtual Pending<Done> removed() = 0;                           // once, when card or reader are gone
    virtual void claim() {} // from the next APDU on no other program reaches the card, and none is sent twice; for good
};

} // namespace eidkern::card
