// The files of a simulated card (TR-03110-3 A.1; TR-03127): EF.DIR, EF.CardAccess, EF.CardSecurity.
#pragma once
#include "card/security_infos.h"

namespace eidkern::card
{

inline constexpr std::uint8_t chipAuthenticationKeyId = 41;

struct CardProtocols // what a card says of itself, besides chip authentication with AES-128 on brainpoolP256r1
{
    PaceInfo pace = paceEcdhGm(16, 13); // AES-128, brainpoolP256r1: as the cards in the field
    EidType eidType = EidType::CardCertified; // others than a card name theirs as MobileEIDTypeInfo
};

Bytes makeEfDir();
Bytes makeEfCardAccess(const CardProtocols& protocols = {});
Bytes makeEfCardSecurity(ByteView chipAuthenticationPublicPoint, const CardProtocols& protocols = {}); // signed by the simulator's document signer

} // namespace eidkern::card
