// The data of a self-authentication as rows for people.
#pragma once
#include <string>
#include <vector>

#include "cli/layout.h"
#include "cli/texts.h"
#include "eidkern/secret.h"

namespace eidkern::cli
{

std::vector<Row> rowsOf(const Secret& ownDataJson, Language language); // in the order of the front of the card

} // namespace eidkern::cli
