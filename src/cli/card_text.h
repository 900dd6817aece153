// Readers and cards for people; names of readers come from drivers, and are made printable here.
#pragma once
#include <string>

#include "eidkern/failure.h"
#include "eidkern/pcsc_survey.h"
#include "eidkern/readers.h"

namespace eidkern::cli
{

std::string textOf(const ReaderList& list, Language language);
std::string textOf(const CardLook& look, Language language);
std::string padText(const SurveyedReader& reader, Language language); // "PIN entry, PIN change", "no PIN pad"

} // namespace eidkern::cli
