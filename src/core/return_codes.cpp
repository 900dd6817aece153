#include "eidkern/return_codes.h"

#include <algorithm>
#include <cstdio>

namespace eidkern
{

const ScardCode* scardCode(std::string_view name)
{
    for (const auto& each : scardCodes())
        if (each.name == name || (!name.empty() && each.pcscLiteName == name)) return &each;
    return nullptr;
}

std::vector<const ScardCode*> scardCodes(std::uint32_t value)
{
    std::vector<const ScardCode*> found;
    for (const auto& each : scardCodes())
        if (each.value == value) found.push_back(&each);
    for (const auto& each : scardCodes())
        if (each.value != value && each.pcscLiteValue == value) found.push_back(&each);
    return found;
}

std::string scardText(std::uint32_t value)
{
    char number[11];
    std::snprintf(number, sizeof number, "0x%08X", unsigned(value));
    for (const auto& each : scardCodes())
        if (each.value == value) return std::string(each.name).append(" (").append(number).append(")");
    return number;
}

const CkrCode* ckrCode(std::string_view name)
{
    const auto found = std::ranges::find(ckrCodes(), name, &CkrCode::name);
    return found == ckrCodes().end() ? nullptr : &*found;
}

const CkrCode* ckrCode(std::uint32_t value)
{
    constexpr std::uint32_t vendors = 0x80000000;
    const auto found = std::ranges::find(ckrCodes(), std::min(value, vendors), &CkrCode::value);
    return found == ckrCodes().end() ? nullptr : &*found;
}

namespace
{

struct Place
{
    std::ptrdiff_t group, position;
    auto operator<=>(const Place&) const = default;
};

Place placeOf(std::string_view name)
{
    const auto groups = ckrGroups();
    for (const auto& group : groups)
        if (const auto found = std::ranges::find(group.codes, name); found != group.codes.end()) return {&group - groups.data(), found - group.codes.begin()};
    return {std::ssize(groups), 0}; // all the others, without an order
}

} // namespace

bool ckrComesFirst(std::string_view a, std::string_view b)
{
    constexpr std::string_view success = "CKR_OK"; // fits only when nothing else does
    if (a == success || b == success) return b == success && a != success;
    for (const auto& [first, then] : ckrPairs())
        if ((first == a && then == b) || (first == b && then == a)) return first == a;
    return placeOf(a) < placeOf(b);
}

} // namespace eidkern
