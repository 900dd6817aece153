// What every target needs: a finding is an abort. The target's folder below corpus/ has its seeds, of the test's own making.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/bytes.h"

namespace eidkern::test
{

inline void must(bool held)
{
    if (!held) std::abort();
}

// What is read can be written, reads again, and then is written the same.
template<typename Input, typename Parse, typename Write>
void again(Input input, Parse parse, Write write)
{
    const auto first = parse(input);
    if (!first) return;
    const auto written = write(*first);
    const auto second = parse(written);
    must(second && write(*second) == written);
}

} // namespace eidkern::test
