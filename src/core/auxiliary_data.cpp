#include "core/auxiliary_data.h"

#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern
{

static std::optional<Date> parseDate(ByteView digits) // YYYYMMDD in ASCII
{
    if (digits.size() != 8) return {};
    int number = 0;
    for (const auto c : digits)
    {
        if (c < '0' || c > '9') return {};
        number = number * 10 + (c - '0');
    }
    return validDate(number / 10000, number / 100 % 100, number % 100);
}

std::optional<AuxiliaryData> parseAuxiliaryData(ByteView input)
{
    const auto outer = singleTlv(input);
    const auto items = outer && outer->tag == 0x67 ? allTlv(outer->value, 8) : std::nullopt;
    if (!items) return {};
    AuxiliaryData data;
    for (const auto& item : *items)
    {
        const auto parts = item.tag == 0x73 ? allTlv(item.value, 2) : std::nullopt;
        const auto oid = parts ? single(*parts, 0x06) : std::nullopt, value = parts ? single(*parts, 0x53) : std::nullopt;
        if (!oid || !value) return {};
        if (same(*oid, oid::auxCommunityId))
        {
            if (data.communityId) return {};
            data.communityId = toBytes(*value);
            continue;
        }
        auto* date = same(*oid, oid::auxDateOfBirth) ? &data.dateOfBirth : same(*oid, oid::auxDateOfExpiry) ? &data.dateOfExpiry : nullptr;
        if (!date || *date) return {};
        *date = parseDate(*value);
        if (!*date) return {};
    }
    return data;
}

static Bytes item(ByteView oid, ByteView value) { return tlv(0x73, {tlv(0x06, oid), tlv(0x53, value)}); }

Bytes encode(const AuxiliaryData& data)
{
    return tlv(0x67, {data.dateOfBirth ? item(oid::auxDateOfBirth, asBytes(compact(*data.dateOfBirth))) : Bytes(),
                      data.dateOfExpiry ? item(oid::auxDateOfExpiry, asBytes(compact(*data.dateOfExpiry))) : Bytes(),
                      data.communityId ? item(oid::auxCommunityId, *data.communityId) : Bytes()});
}

int requiredAge(Date reference, Date today)
{
    const bool beforeBirthday = std::pair(today.month, today.day) < std::pair(reference.month, reference.day);
    return today.year - reference.year - (beforeBirthday ? 1 : 0);
}

} // namespace eidkern
