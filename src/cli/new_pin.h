// Whether a new PIN is one that others try first.
#pragma once
#include <optional>

#include "cli/texts.h"
#include "eidkern/secret.h"

namespace eidkern::cli
{

bool isSixDigits(const Secret& newPin);

// Of six digits. Nothing: not among them. Else why it is: all the same, one after the other (also downwards, and past 9 to 0), the
// same pair or triple again, or a date (DDMMYY, MMDDYY, YYMMDD, YYYYMM, MMYYYY).
std::optional<Text> weaknessOf(const Secret& newPin);

} // namespace eidkern::cli
