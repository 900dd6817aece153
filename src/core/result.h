// A value or the reason why there is none. Exceptions are for programming errors only.
#pragma once
#include <tl/expected.hpp>

#include "eidkern/failure.h"

namespace eidkern
{

template<typename T> using Result = tl::expected<T, Failure>;
using tl::unexpected;

} // namespace eidkern
