// Readers and cards for people; names of readers come from drivers, and are made printable here.
#pragma once
#include <string>

#include "eidkern/failure.h"
#include "eidkern/readers.h"

namespace eidkern::cli
{

std::string textOf(const ReaderFeatures& features, Language language); // where passwords are entered, and what else a person may want to know
std::string textOf(const ReaderList& list, Language language);
std::string textOf(const CardLook& look, Language language);

} // namespace eidkern::cli
