// Is the chip genuine? Passive authentication of EF.CardSecurity and the check of chip authentication version 2, as a
// terminal's server does them (TR-03110-2 3.4, TR-03110-3 A.1.2.5).
#pragma once
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "card/key_derivation.h"
#include "card/security_infos.h"
#include "core/clock.h"
#include "core/ec.h"

namespace eidkern::lab
{

// The curve of the chip's authentication key, as EF.CardAccess announces it: the ChipAuthenticationDomainParameterInfo with the key
// identifier of the first usable ChipAuthenticationInfo, which is the one that a client takes.
std::optional<Curve> chipAuthenticationCurve(ByteView efCardAccess);

// What EF.CardSecurity says, once its CMS signature, its content type and the document signer under one of `cscas` (DER) have
// been verified for the day, and EF.CardAccess, which is not signed, agrees with it. Else the reason, for people.
tl::expected<card::SecurityInfos, std::string> verifyCardSecurity(ByteView cms, ByteView efCardAccess, const std::vector<Bytes>& cscas, Date today);

// The session keys if the token proves the chip's key; else the reason.
tl::expected<card::SessionKeys, std::string> verifyChipAuthentication(const card::SecurityInfos& infos, const EcKey& ephemeral, ByteView nonce, ByteView token);

} // namespace eidkern::lab
