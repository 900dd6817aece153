// AuthenticatedAuxiliaryData (TR-03110-3 A.6.5): reference values that a service lets the card compare.
#pragma once
#include <optional>

#include "core/bytes.h"
#include "core/clock.h"

namespace eidkern
{

struct AuxiliaryData
{
    std::optional<Date> dateOfBirth;  // age verification: born on this day or before
    std::optional<Date> dateOfExpiry; // document validity: valid on this day
    std::optional<Bytes> communityId; // prefix
};

std::optional<AuxiliaryData> parseAuxiliaryData(ByteView tlv67); // an unknown or repeated item: nothing
Bytes encode(const AuxiliaryData& data);                         // tag 67

// Age in whole years that `reference` asks for on the day `today`.
int requiredAge(Date reference, Date today);

} // namespace eidkern
