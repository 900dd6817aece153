// The files of a simulated card (TR-03110-3 A.1; TR-03127): EF.DIR, EF.CardAccess, EF.CardSecurity. Like the cards in the field it
// has two keys for chip authentication: one that it shares with others, and one of its own for privileged terminals.
#pragma once
#include "card/security_infos.h"

namespace eidkern::card
{

inline constexpr std::uint8_t chipAuthenticationKeyId = 41, privilegedKeyId = 45;

struct ChipProtocol // chip authentication version 2 with ECDH
{
    std::size_t keySize = 16; // bytes of AES
    int parameterId = 13;     // of a standardised curve

    Bytes oid() const;
    bool operator==(const ChipProtocol&) const = default;
};

struct CardProtocols // what a card says of itself; AES-128 on brainpoolP256r1: as the cards in the field
{
    PaceInfo pace = paceEcdhGm(16, 13);
    ChipProtocol chipAuthentication = {}; // of both keys
    EidType eidType = EidType::CardCertified; // others than a card name theirs as MobileEIDTypeInfo

    bool operator==(const CardProtocols&) const = default;
};

Bytes makeEfDir();
Bytes makeEfCardAccess(const CardProtocols& protocols = {});
Bytes makeEfCardSecurity(ByteView chipPoint, ByteView privilegedPoint, const CardProtocols& protocols = {}); // signed by the simulator's document signer

} // namespace eidkern::card
