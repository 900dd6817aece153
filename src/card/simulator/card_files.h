// The files of a simulated card (TR-03110-3 A.1; TR-03127): EF.DIR, EF.CardAccess, EF.CardSecurity.
#pragma once
#include "core/ec.h"

namespace eidkern::card
{

inline constexpr std::uint8_t chipAuthenticationKeyId = 41;

Bytes makeEfDir();
Bytes makeEfCardAccess();                                        // ECDH-GM and chip authentication with AES-128, brainpoolP256r1
Bytes makeEfCardSecurity(ByteView chipAuthenticationPublicPoint); // signed by the simulator's document signer

} // namespace eidkern::card
