// Looks at PC/SC once, in the thread that calls it. The service is asked first, over its own socket and with a time limit: calls
// of pcsc-lite wait for ever for one that hangs.
#pragma once
#include <functional>

#include "eidkern/pcsc_survey.h"

namespace eidkern::card
{

void survey(const std::function<void(const PcscSurvey&)>& report); // as PcscSurveyor tells it

} // namespace eidkern::card
