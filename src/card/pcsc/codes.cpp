#include "card/pcsc/codes.h"

#include <algorithm>

#include "card/pcsc/scard_faults.h"

namespace eidkern::card
{

bool is(LONG result, LONG code) { return std::uint32_t(result) == std::uint32_t(code); }

std::uint32_t scardValue(LONG result)
{
    const auto value = std::uint32_t(result);
    constexpr bool likePcscLite = std::uint32_t(SCARD_E_UNSUPPORTED_FEATURE) == 0x8010001F; // Windows: 0x80100022
    if constexpr (likePcscLite)
        for (const auto& each : scardNumbers)
            if (each.pcscLite == value) return each.value;
    return value;
}

static const ScardFault* find(LONG result)
{
    const auto found = std::ranges::find(scardFaults, scardValue(result), &ScardFault::value);
    return found == std::end(scardFaults) ? nullptr : found;
}

bool isServiceLost(LONG result)
{
    const auto* found = find(result);
    return found && found->serviceLost;
}

CardFault faultOfScard(LONG result)
{
    const auto* found = find(result);
    return found ? found->fault : CardFault::CommandFailed;
}

} // namespace eidkern::card
