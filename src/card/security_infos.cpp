#include "card/security_infos.h"

#include <algorithm>

#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern::card
{

PaceInfo paceEcdhGm(std::size_t keySize, int parameterId)
{
    const std::uint8_t cipher[] = {std::uint8_t(keySize / 8)};
    return {concat({oid::paceEcdhGm, cipher}), keySize, parameterId};
}

// A SecurityInfo: SEQUENCE { protocol, requiredData, optionalData OPTIONAL }.
struct Info
{
    ByteView protocol;
    Tlv required;
    std::optional<Tlv> optional;
};

static std::optional<Info> parseInfo(const Tlv& element)
{
    const auto parts = element == 0x30 ? allTlv(element.value, 3) : std::nullopt;
    if (!parts || parts->size() < 2 || (*parts)[0] != 0x06) return {};
    return Info{(*parts)[0].value, (*parts)[1], parts->size() == 3 ? std::optional((*parts)[2]) : std::nullopt};
}

static std::optional<int> smallInteger(const Tlv& element)
{
    if (element != 0x02 || element.value.size() != 1 || element.value[0] > 0x7F) return {};
    return element.value[0];
}

// The last arc of `protocol` below `prefix`; 0 if it is not a child of it.
static int childOf(ByteView prefix, ByteView protocol)
{
    const bool child = protocol.size() == prefix.size() + 1 && same(protocol.first(prefix.size()), prefix);
    return child ? protocol.back() : 0;
}

static std::optional<std::size_t> aesKeySize(int cipherArc) // 2, 3, 4; 1 is 3DES
{
    if (cipherArc < 2 || cipherArc > 4) return {};
    return std::size_t(8) * std::size_t(cipherArc);
}

static bool keyIdOf(const Info& info, std::optional<Bytes>& keyId)
{
    if (!info.optional) return true;
    if (*info.optional != 0x02 || info.optional->value.empty() || info.optional->value.size() > 8) return false;
    keyId = toBytes(info.optional->value);
    return true;
}

// The readers below return false for a malformed info; one that is merely of no use to us is skipped.

static bool readPace(const Info& info, std::size_t keySize, SecurityInfos& out)
{
    const auto version = smallInteger(info.required);
    const auto parameterId = info.optional ? smallInteger(*info.optional) : std::nullopt;
    if (!version || (info.optional && !parameterId)) return false;
    if (*version == 2 && parameterId && Curve::standard(*parameterId)) out.pace.push_back({toBytes(info.protocol), keySize, *parameterId});
    return true;
}

static bool readChipAuthentication(const Info& info, std::size_t keySize, SecurityInfos& out)
{
    const auto version = smallInteger(info.required);
    ChipAuthenticationInfo item{toBytes(info.protocol), keySize, {}};
    if (!version || !keyIdOf(info, item.keyId)) return false;
    if (*version == 2) out.chipAuthentication.push_back(std::move(item));
    return true;
}

// An AlgorithmIdentifier: false if it is malformed; no curve if it is none of the standardised ones.
static bool readCurve(const Tlv& algorithm, std::optional<Curve>& curve)
{
    const auto parts = algorithm == 0x30 ? allTlv(algorithm.value, 2) : std::nullopt;
    if (!parts || parts->empty() || (*parts)[0] != 0x06) return false;
    if (!same((*parts)[0].value, oid::standardizedDomainParameters)) return true;
    const auto parameterId = parts->size() == 2 ? smallInteger((*parts)[1]) : std::nullopt;
    if (!parameterId) return false;
    curve = Curve::standard(*parameterId);
    return true;
}

static bool readChipAuthenticationParameters(const Info& info, SecurityInfos& out)
{
    std::optional<Curve> curve;
    ChipAuthenticationParameters item;
    if (!readCurve(info.required, curve) || !keyIdOf(info, item.keyId)) return false;
    if (!curve) return true;
    item.parameterId = curve->parameterId();
    out.chipAuthenticationParameters.push_back(std::move(item));
    return true;
}

static bool readChipAuthenticationKey(const Info& info, SecurityInfos& out)
{
    const auto parts = info.required == 0x30 ? allTlv(info.required.value, 2) : std::nullopt;
    if (!parts || parts->size() != 2 || (*parts)[1] != 0x03) return false;
    const auto bits = (*parts)[1].value;
    std::optional<Curve> curve;
    ChipAuthenticationKey key;
    if (!readCurve((*parts)[0], curve) || bits.size() < 2 || bits[0] != 0 || !keyIdOf(info, key.keyId)) return false;
    if (!curve) return true;
    key.parameterId = curve->parameterId();
    key.point = toBytes(bits.subspan(1));
    if (!curve->hasPoint(key.point)) return false;
    out.chipAuthenticationKeys.push_back(std::move(key));
    return true;
}

static bool readInfo(const Info& info, SecurityInfos& out, int& mobileTypes)
{
    if (const auto size = aesKeySize(childOf(oid::paceEcdhGm, info.protocol))) return readPace(info, *size, out);
    if (const auto size = aesKeySize(childOf(oid::chipAuthenticationEcdh, info.protocol))) return readChipAuthentication(info, *size, out);
    if (same(info.protocol, oid::chipAuthenticationEcdh)) return readChipAuthenticationParameters(info, out);
    if (same(info.protocol, oid::publicKeyEcdh)) return readChipAuthenticationKey(info, out);
    if (const auto type = childOf(oid::mobileEidType, info.protocol))
    {
        static constexpr EidType types[] = {EidType::SeCertified, EidType::SeEndorsed, EidType::HwKeyStore};
        if (++mobileTypes > 1 || type > 3) return false;
        out.eidType = types[type - 1];
    }
    return true;
}

std::optional<SecurityInfos> parseSecurityInfos(ByteView der)
{
    const auto set = takeTlv(der);
    if (!set || *set != 0x31 || std::ranges::any_of(der, [](auto byte) { return byte != 0; })) return {};
    const auto elements = allTlv(set->value, 64);
    if (!elements) return {};
    SecurityInfos out;
    int mobileTypes = 0;
    for (const auto& element : *elements)
    {
        const auto info = parseInfo(element);
        if (!info || !readInfo(*info, out, mobileTypes)) return {};
    }
    return out;
}

// The only element `tag` of a constructed value's direct children.
static std::optional<ByteView> child(std::optional<ByteView> value, std::uint32_t tag)
{
    const auto elements = value ? allTlv(*value) : std::nullopt;
    return elements ? single(*elements, tag) : std::nullopt;
}

std::optional<SecurityInfos> parseCardSecurity(ByteView cms)
{
    static constexpr std::uint8_t signedDataType[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};
    const auto contentInfo = takeTlv(cms);
    if (!contentInfo || *contentInfo != 0x30 || std::ranges::any_of(cms, [](auto byte) { return byte != 0; })) return {};
    const auto type = child(contentInfo->value, 0x06);
    if (!type || !same(*type, signedDataType)) return {};
    const auto content = child(child(contentInfo->value, 0xA0), 0x30);
    const auto encapsulated = child(content, 0x30); // the only SEQUENCE of SignedData that is not inside a SET or a context tag
    const auto contentType = child(encapsulated, 0x06);
    if (!contentType || !same(*contentType, oid::securityObject)) return {};
    const auto octets = child(child(encapsulated, 0xA0), 0x04);
    return octets ? parseSecurityInfos(*octets) : std::nullopt;
}

} // namespace eidkern::card
