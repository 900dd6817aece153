// What may be relied upon in SecurityInfos that were read.
#pragma once
#include "card/security_infos.h"
#include "fuzz.h"

namespace eidkern::test
{

inline void mustBeUsable(const std::optional<card::SecurityInfos>& infos)
{
    if (!infos) return;
    for (const auto& each : infos->pace) must(each.keySize >= 16 && each.keySize <= 32 && Curve::standard(each.parameterId));
    for (const auto& each : infos->chipAuthentication) must(each.keySize >= 16 && each.keySize <= 32);
    for (const auto& each : infos->chipAuthenticationKeys) must(Curve::standard(each.parameterId)->hasPoint(each.point));
}

} // namespace eidkern::test
