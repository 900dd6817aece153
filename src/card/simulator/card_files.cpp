#include "card/simulator/card_files.h"

#include "card/instructions.h"
#include "card/simulator/document_signer.h"
#include "card/simulator/restricted_identification.h"
#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern::card
{

static Bytes sequence(std::initializer_list<ByteView> parts) { return tlv(0x30, parts); }
static Bytes objectId(ByteView oid) { return tlv(0x06, oid); }
static Bytes integer(std::uint8_t number) { return {0x02, 1, number}; }

Bytes makeEfDir()
{
    static constexpr std::uint8_t passport[] = {0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01};
    static constexpr std::uint8_t signature[] = {0xA0, 0x00, 0x00, 0x01, 0x67, 0x45, 0x53, 0x49, 0x47, 0x4E};
    static constexpr std::uint8_t signatureInfo[] = {0xE8, 0x28, 0xBD, 0x08, 0x0F, 0xA0, 0x00, 0x00, 0x01, 0x67, 0x45, 0x53, 0x49, 0x47, 0x4E};
    return concat({tlv(0x61, {tlv(0x4F, signatureInfo), tlv(0x50, asBytes("CIA zu DF.eSign")), tlv(0x51, {}), tlv(0x73, tlv(0x4F, signature))}),
                   tlv(0x61, tlv(0x4F, passport)), tlv(0x61, tlv(0x4F, eidApplication)), tlv(0x61, tlv(0x4F, signature))});
}

Bytes ChipProtocol::oid() const
{
    const std::uint8_t cipher[] = {std::uint8_t(keySize / 8)};
    return concat({oid::chipAuthenticationEcdh, cipher});
}

static Bytes domainParameters(int parameterId) { return sequence({objectId(oid::standardizedDomainParameters), integer(std::uint8_t(parameterId))}); }

static Bytes eidTypeInfo(EidType type)
{
    if (type == EidType::CardCertified) return {};
    const std::uint8_t arc[] = {std::uint8_t(type)};
    static constexpr std::uint8_t nothing[] = {0x05, 0x00};
    return sequence({objectId(concat({oid::mobileEidType, arc})), nothing});
}

static Bytes chipAuthenticationInfos(const ChipProtocol& chip, std::uint8_t keyId)
{
    return concat({sequence({objectId(chip.oid()), integer(2), integer(keyId)}),
                   sequence({objectId(oid::chipAuthenticationEcdh), domainParameters(chip.parameterId), integer(keyId)})});
}

static Bytes chipKeyInfo(const ChipProtocol& chip, ByteView point, std::uint8_t keyId)
{
    static constexpr std::uint8_t noUnusedBits[] = {0};
    return sequence({objectId(oid::publicKeyEcdh), sequence({domainParameters(chip.parameterId), tlv(0x03, {noUnusedBits, point})}), integer(keyId)});
}

// `keyInfo`: of the chip's own key, or empty.
static Bytes privilegedTerminalInfo(const ChipProtocol& chip, ByteView keyInfo)
{
    return sequence({objectId(oid::privilegedTerminal), tlv(0x31, {chipAuthenticationInfos(chip, privilegedKeyId), keyInfo})});
}

static Bytes commonInfos(const CardProtocols& protocols, ByteView privilegedKeyInfo)
{
    const auto& chip = protocols.chipAuthentication;
    return concat({sequence({objectId(protocols.pace.oid), integer(2), integer(std::uint8_t(protocols.pace.parameterId))}),
                   sequence({objectId(oid::terminalAuthentication), integer(2)}), chipAuthenticationInfos(chip, chipAuthenticationKeyId),
                   privilegedTerminalInfo(chip, privilegedKeyInfo), sequence({objectId(oid::cardInfo), tlv(0x16, asBytes("http://bsi.bund.de/cif/npa.xml"))}),
                   eidTypeInfo(protocols.eidType)});
}

Bytes makeEfCardAccess(const CardProtocols& protocols) { return tlv(0x31, commonInfos(protocols, {})); }

static Bytes restrictedIdentificationInfos()
{
    static constexpr std::uint8_t no[] = {0x01, 1, 0x00}, yes[] = {0x01, 1, 0xFF}; // authorizedOnly
    return concat({sequence({objectId(oid::riEcdhSha256), sequence({integer(1), integer(revocationKeyId), no})}),
                   sequence({objectId(oid::riEcdhSha256), sequence({integer(1), integer(pseudonymKeyId), yes})}),
                   sequence({objectId(oid::restrictedIdentification), domainParameters(restrictedIdentificationCurve)})});
}

Bytes makeEfCardSecurity(ByteView chipPoint, ByteView privilegedPoint, const CardProtocols& protocols)
{
    const auto& chip = protocols.chipAuthentication;
    return signCardSecurity(tlv(0x31, {commonInfos(protocols, chipKeyInfo(chip, privilegedPoint, privilegedKeyId)),
                                       chipKeyInfo(chip, chipPoint, chipAuthenticationKeyId), restrictedIdentificationInfos()}));
}

} // namespace eidkern::card
