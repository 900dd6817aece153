// How the pages name data groups and checks, and how they write a data group's value.
#pragma once
#include <string>
#include <vector>

#include "lab/page_frame.h"
#include "lab/read_data_groups.h"
#include "lab/session.h"

namespace eidkern::lab
{

std::string labelOf(Right right, Language language);

const std::vector<int>& shownGroups(); // data groups in the order in which people read them

std::vector<std::string> linesOf(int dataGroup, const DataGroupValue& value, Language language); // UTF-8; not empty

} // namespace eidkern::lab
