#include "core/chat.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern
{

namespace
{

constexpr std::array<std::pair<Right, std::string_view>, 30> names{{
    {Right::ReadDg5, "FamilyName"},
    {Right::ReadDg13, "BirthName"},
    {Right::ReadDg4, "GivenNames"},
    {Right::ReadDg7, "DoctoralDegree"},
    {Right::ReadDg8, "DateOfBirth"},
    {Right::ReadDg9, "PlaceOfBirth"},
    {Right::ReadDg17, "Address"},
    {Right::ReadDg1, "DocumentType"},
    {Right::ReadDg3, "ValidUntil"},
    {Right::RestrictedIdentification, "Pseudonym"},
    {Right::ReadDg10, "Nationality"},
    {Right::ReadDg6, "ArtisticName"},
    {Right::AgeVerification, "AgeVerification"},
    {Right::CommunityVerification, "AddressVerification"},
    {Right::ReadDg2, "IssuingCountry"},
    {Right::ReadDg18, "CommunityID"},
    {Right::ReadDg19, "ResidencePermitI"},
    {Right::ReadDg20, "ResidencePermitII"},
    {Right::InstallQualifiedCertificate, "InstallQualifiedCertificate"},
    {Right::InstallCertificate, "InstallCertificate"},
    {Right::WriteDg17, "WriteAddress"},
    {Right::WriteDg18, "WriteCommunityID"},
    {Right::WriteDg19, "WriteResidencePermitI"},
    {Right::WriteDg20, "WriteResidencePermitII"},
    {Right::PinManagement, "PinManagement"},
    // not shown to people
    {Right::CanAllowed, "CanAllowed"},
    {Right::Privileged, "PrivilegedTerminal"},
    {Right::ReadDg11, "Sex"},
    {Right::ReadDg15, "DateOfIssuance"},
    {Right::PseudonymousSignature, "PseudonymousSignature"},
}};
constexpr std::size_t displayable = 25;

} // namespace

std::string_view name(Right right)
{
    const auto it = std::ranges::find(names, right, [](const auto& entry) { return entry.first; });
    return it == names.end() ? "Reserved" : it->second;
}

std::optional<Right> rightNamed(std::string_view text)
{
    const auto it = std::ranges::find(names, text, [](const auto& entry) { return entry.second; });
    if (it == names.end()) return {};
    return it->first;
}

const std::vector<Right>& displayableRights()
{
    static const auto rights = [] {
        std::vector<Right> list;
        for (std::size_t i = 0; i < displayable; ++i) list.push_back(names[i].first);
        return list;
    }();
    return rights;
}

bool Chat::isAuthenticationTerminal() const { return same(terminalType, oid::roleAuthenticationTerminal); }
Chat Chat::forTerminal(Rights rights) { return of(Role::Terminal, rights); }
Chat Chat::of(Role role, Rights rights) { return {{oid::roleAuthenticationTerminal.begin(), oid::roleAuthenticationTerminal.end()}, role, rights}; }

std::optional<Chat> parseChat(ByteView input)
{
    const auto outer = singleTlv(input);
    if (!outer || outer->tag != 0x7F4C) return {};
    const auto parts = allTlv(outer->value);
    if (!parts || parts->size() != 2 || (*parts)[0].tag != 0x06 || (*parts)[1].tag != 0x53) return {};
    const auto type = (*parts)[0].value, bits = (*parts)[1].value;
    Chat chat{toBytes(type), Role::Terminal, {}};
    if (bits.size() != (chat.isAuthenticationTerminal() ? 5u : 1u)) return {};
    if (!chat.isAuthenticationTerminal() && !same(type, oid::roleInspectionSystem) && !same(type, oid::roleSignatureTerminal)) return {};
    chat.role = Role(bits[0] >> 6);
    if (!chat.isAuthenticationTerminal()) return chat;
    std::uint64_t value = 0;
    for (const auto byte : bits) value = value << 8 | byte;
    chat.rights = Rights(value);
    return chat;
}

Bytes encode(const Chat& chat)
{
    Bytes bits;
    const auto value = chat.rights.bits() | std::uint64_t(chat.role) << 38;
    for (int shift = 32; shift >= 0; shift -= 8) bits.push_back(std::uint8_t(value >> shift));
    return tlv(0x7F4C, {tlv(0x06, oid::roleAuthenticationTerminal), tlv(0x53, bits)});
}

} // namespace eidkern
