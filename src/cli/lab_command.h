// `eidkern lab`: the test lab until Ctrl-C.
#pragma once
#include "cli/exit_codes.h"
#include "cli/texts.h"
#include "eidkern/lab.h"

namespace eidkern::cli
{

ExitCode listVariants(Language language);
ExitCode lab(const LabSettings& settings, bool json, Language language);

} // namespace eidkern::cli
