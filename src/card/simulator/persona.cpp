#include "card/simulator/persona.h"

#include "card/instructions.h"
#include "core/tlv.h"

namespace eidkern::card
{

static constexpr std::uint32_t utf8 = 0x0C, numeric = 0x12, printable = 0x13, ia5 = 0x16, octets = 0x04;

static Bytes optionalObject(std::uint32_t tag, std::uint32_t type, const std::string& text)
{
    return text.empty() ? Bytes() : tlv(tag, tlv(type, asBytes(text)));
}

struct PlaceEncoder
{
    Bytes operator()(const StructuredPlace& place) const
    {
        return tlv(0x30, {optionalObject(0xAA, utf8, place.street), tlv(0xAB, tlv(utf8, asBytes(place.city))), optionalObject(0xAC, utf8, place.state),
                          tlv(0xAD, tlv(printable, asBytes(place.country))), optionalObject(0xAE, printable, place.zipCode)});
    }
    Bytes operator()(const FreeTextPlace& place) const { return tlv(0xA1, tlv(utf8, asBytes(place.text))); }
    Bytes operator()(const NoPlace& place) const { return tlv(0xA2, tlv(utf8, asBytes(place.reason))); }
};

Persona nobody()
{
    Persona holder;
    holder.pin = Secret("123456");
    holder.can = Secret("500540");
    holder.puk = Secret("9876543210");
    return holder;
}

void give(Persona& persona, GivenContent content)
{
    auto& protocols = persona.protocols;
    const auto efCardAccess = content.masterFile.find(file::cardAccess);
    const auto infos = efCardAccess == content.masterFile.end() ? std::nullopt : parseSecurityInfos(efCardAccess->second);
    if (infos && !infos->pace.empty()) protocols.pace = infos->pace.front();
    if (infos && !infos->chipAuthentication.empty()) protocols.chipAuthentication.keySize = infos->chipAuthentication.front().keySize;
    if (content.chipKey) protocols.chipAuthentication.parameterId = content.chipKey->curve.parameterId();
    persona.given = std::move(content);
}

std::map<int, Bytes> dataGroups(const Persona& persona)
{
    std::map<int, Bytes> groups;
    const auto add = [&](int number, ByteView content) { groups[number] = tlv(std::uint32_t(0x60 + number), content); };
    const auto addText = [&](int number, std::uint32_t type, const std::optional<std::string>& text) {
        if (text) add(number, tlv(type, asBytes(*text)));
    };
    const auto addPlace = [&](int number, const std::optional<Place>& place) {
        if (place) add(number, std::visit(PlaceEncoder(), *place));
    };
    const auto addFreeText = [&](int number, const std::optional<std::string>& text) {
        if (text) add(number, PlaceEncoder()(FreeTextPlace{*text}));
    };

    addText(1, printable, persona.documentType);
    addText(2, printable, persona.issuingState);
    addText(3, numeric, persona.dateOfExpiry);
    addText(4, utf8, persona.givenNames);
    addText(5, utf8, persona.familyNames);
    addText(6, utf8, persona.artisticName);
    addText(7, utf8, persona.academicTitle);
    addText(8, numeric, persona.dateOfBirth);
    addPlace(9, persona.placeOfBirth);
    addText(10, printable, persona.nationality);
    addText(11, printable, persona.sex);
    addText(13, utf8, persona.birthName);
    addText(15, numeric, persona.dateOfIssuance);
    addPlace(17, persona.residence);
    if (persona.communityId) add(18, tlv(octets, *persona.communityId));
    addFreeText(19, persona.residencePermit1);
    addFreeText(20, persona.residencePermit2);
    addText(21, printable, persona.phoneNumber);
    addText(22, ia5, persona.emailAddress);
    for (const auto& [number, content] : persona.given.dataGroups) groups[number] = content;
    return groups;
}

} // namespace eidkern::card
