// What an unexpected answer of the card means for the caller.
#pragma once
#include "core/card_values.h"

namespace eidkern::card
{

inline auto fault(CardFault value) { return tl::unexpected(value); }
inline CardFault faultOf(std::uint16_t sw) { return sw == 0x6700 ? CardFault::WrongLength : CardFault::Protocol; }

} // namespace eidkern::card
