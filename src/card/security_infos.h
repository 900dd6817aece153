// SecurityInfos of EF.CardAccess and EF.CardSecurity (TR-03110-3 A.1).
#pragma once
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/card_values.h"
#include "core/ec.h"

namespace eidkern::card
{

struct PaceInfo // one that we can run: version 2, ECDH generic mapping, AES, a standardised curve
{
    Bytes oid;
    std::size_t keySize; // bytes
    int parameterId;

    bool operator==(const PaceInfo&) const = default;
};

// `keySize`: 16, 24 or 32 bytes of AES.
PaceInfo paceEcdhGm(std::size_t keySize, int parameterId);

struct ChipAuthenticationInfo // version 2, ECDH, AES
{
    Bytes oid;
    std::size_t keySize;
    std::optional<Bytes> keyId; // the INTEGER's value bytes, as DO 84 carries them
};

struct ChipAuthenticationParameters // ChipAuthenticationDomainParameterInfo
{
    int parameterId;
    std::optional<Bytes> keyId;
};

struct ChipAuthenticationKey
{
    int parameterId;
    Bytes point;
    std::optional<Bytes> keyId;
};

struct SecurityInfos
{
    std::vector<PaceInfo> pace;                         // usable ones, in file order
    std::vector<ChipAuthenticationInfo> chipAuthentication;
    std::vector<ChipAuthenticationParameters> chipAuthenticationParameters; // those with a standardised curve
    std::vector<ChipAuthenticationKey> chipAuthenticationKeys;
    EidType eidType = EidType::CardCertified;
};

// The SET OF SecurityInfo with its tag; zero bytes behind it are tolerated. Unknown infos are skipped; a malformed one or two
// MobileEIDTypeInfos make the whole unusable.
std::optional<SecurityInfos> parseSecurityInfos(ByteView der);

// The SecurityInfos inside EF.CardSecurity (CMS SignedData); the signature is the server's business.
std::optional<SecurityInfos> parseCardSecurity(ByteView cms);

} // namespace eidkern::card
