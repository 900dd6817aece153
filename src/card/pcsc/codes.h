// What results of PC/SC mean to us, by resources/scard-codes.json. They are compared by their low 32 bits; all other code sees
// CardFault, and the number of Windows where it is shown.
//
// Which result comes when, found in pcsc-lite 1.9.9 (its source, and a real pcscd in session_e2e_test):
//
//   SECURITY_VIOLATION    any call: pcscd died before it had read the request; or it does not want us (polkit)
//   F_COMM_ERROR          any call: pcscd died after it had read the request
//   E_NO_SERVICE          any call: pcscd had died before; Establish: it is not there. Started again: still this, on old contexts
//   E_SERVICE_STOPPED     Establish: pcscd speaks another version of the protocol
//   E_INVALID_HANDLE      a handle or context that pcscd or the library does not know (any more)
//   E_INVALID_VALUE       a call with the handle of a reader that was unplugged
//   E_READER_UNAVAILABLE  Status: reader unplugged; Connect, Reconnect, Transmit: the driver cannot reach it
//   E_UNKNOWN_READER      Connect, GetStatusChange: no reader of this name (any more)
//   E_NO_SMARTCARD        Connect, Reconnect: no card; Transmit: just pulled
//   W_REMOVED_CARD        a call with the handle of a card that was pulled, even if there is one again
//   W_UNRESPONSIVE_CARD   Connect, Reconnect: the card does not answer the reset; pulled, and pcscd does not know yet
//   W_UNPOWERED_CARD      Connect: the same, until somebody resets it
//   W_RESET_CARD          another program has reset the card since our last call
//   E_NOT_TRANSACTED      Transmit: the driver got no answer: the card was pulled, or is disturbed
//   success, no bytes     Transmit: the same, from drivers that take the end of the card for an answer (vsmartcard-vpcd)
//   E_PROTO_MISMATCH      Transmit: pulled at this very moment (its protocol is forgotten before it counts as absent); or connected
//                         while pcscd was taking note of the insertion, and then powered down by it as unused
//   E_SHARING_VIOLATION   Connect: another program has the card for itself. Transmit, Status, Reconnect, BeginTransaction: another
//                         one's transaction; the library waits then. Nothing was sent
//   E_INSUFFICIENT_BUFFER Transmit: more than 65548 bytes; the command was executed
#pragma once
#include <cstdint>

#include <winscard.h>

#include "core/card_values.h"

namespace eidkern::card
{

bool is(LONG result, LONG code);

// The number of Windows: pcsc-lite has another one for one code. Unknown results keep theirs.
std::uint32_t scardValue(LONG result);

// Of any result but SCARD_S_SUCCESS. A reader or a daemon that is gone has taken the card with it: Removed.
CardFault faultOfScard(LONG result);

// The context is lost for ever and has to be released: pcscd has ended, or was started again.
bool isServiceLost(LONG result);

} // namespace eidkern::card
