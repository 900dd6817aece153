#include "card/simulator/auxiliary_check.h"

#include <algorithm>

#include "core/auxiliary_data.h"
#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern::card
{

static ResponseApdu status(std::uint16_t sw) { return {{}, sw}; }
static ResponseApdu answer(bool fulfilled) { return status(fulfilled ? 0x9000 : 0x6300); }

// The text or octets of data group 3, 8 or 18; empty if the card lacks it.
static Bytes contentOf(const std::map<int, Bytes>& dataGroups, int number)
{
    const auto file = dataGroups.find(number);
    const auto outer = file == dataGroups.end() ? std::nullopt : singleTlv(file->second);
    const auto inner = outer ? singleTlv(outer->value) : std::nullopt;
    return inner ? toBytes(inner->value) : Bytes();
}

// An unknown part of a date of birth counts as the latest day that it can be: 12 and 31 come last as text, too.
static std::string latestDay(ByteView date)
{
    std::string text(asText(date));
    static constexpr std::string_view latest = "99991231";
    for (std::size_t i = 0; i < text.size() && i < latest.size(); ++i)
        if (text[i] == ' ') text[i] = latest[i];
    return text;
}

ResponseApdu verifyAuxiliaryData(const CommandApdu& command, const ProvenTerminal& terminal, const std::map<int, Bytes>& dataGroups)
{
    const auto object = singleTlv(command.data);
    if (!object || *object != 0x06) return status(0x6A80);
    const auto data = parseAuxiliaryData(terminal.auxiliaryData).value_or(AuxiliaryData());

    if (same(object->value, oid::auxDateOfBirth))
    {
        if (!terminal.rights.has(Right::AgeVerification)) return status(0x6982);
        if (!data.dateOfBirth) return status(0x6A88);
        const auto born = contentOf(dataGroups, 8);
        return answer(!born.empty() && latestDay(born) <= compact(*data.dateOfBirth));
    }
    if (same(object->value, oid::auxDateOfExpiry))
    {
        if (!data.dateOfExpiry) return status(0x6A88);
        return answer(asText(contentOf(dataGroups, 3)) >= compact(*data.dateOfExpiry));
    }
    if (same(object->value, oid::auxCommunityId))
    {
        if (!terminal.rights.has(Right::CommunityVerification)) return status(0x6982);
        if (!data.communityId) return status(0x6A88);
        const auto community = contentOf(dataGroups, 18);
        const auto& prefix = *data.communityId;
        return answer(!prefix.empty() && community.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), community.begin()));
    }
    return status(0x6A88);
}

} // namespace eidkern::card
