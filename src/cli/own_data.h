// The data of a self-authentication as rows for people.
#pragma once
#include <string>
#include <vector>

#include "cli/texts.h"
#include "eidkern/secret.h"

namespace eidkern::cli
{

struct Row
{
    std::string label, value;
};

std::vector<Row> rowsOf(const Secret& ownDataJson, Language language); // in the order of the front of the card

} // namespace eidkern::cli
