// From what SET_CARD's `simulator` says to a card.
#pragma once
#include "contract/simulator.h"
#include "eidkern/cards.h"

namespace eidkern::sdk
{

// Puts it on an empty simulated reader; `usualPersona` is who it is when nothing is said. False: there is no such persona.
bool put(SimulatedCard& reader, const Simulator& card, const std::string& usualPersona);

} // namespace eidkern::sdk
