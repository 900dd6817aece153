// Readers and cards for people; names of readers come from drivers, and are made printable here.
#pragma once
#include <string>

#include "cli/reader_listing.h"
#include "eidkern/failure.h"
#include "eidkern/readers.h"

namespace eidkern::cli
{

std::string textOf(const ReaderList& list, const FeaturesByReader& features, Language language);
std::string textOf(const CardLook& look, Language language);

} // namespace eidkern::cli
