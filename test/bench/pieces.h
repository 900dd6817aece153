// The card's protocols by themselves, terminal and simulated card in one thread without sockets.
#pragma once
#include "bench/report.h"

namespace eidkern::bench
{

void pieces(const Report& report, double multiplication, double verification); // microseconds of each

} // namespace eidkern::bench
