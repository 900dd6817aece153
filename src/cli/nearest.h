// The names that somebody may have meant.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace eidkern::cli
{

// At most three of `names`, the likeliest first: those that contain `typed`, then those that few changes lead to. Capitals do
// not count.
std::vector<std::string_view> nearest(std::string_view typed, const std::vector<std::string_view>& names);

// Complains that there is no `what` of this name ("failure code"), with the nearest names.
void complainUnknown(std::string_view what, std::string_view typed, const std::vector<std::string_view>& names);

inline void complainUnknown(std::string_view what, std::string_view typed, const auto& entries) // each with a name
{
    std::vector<std::string_view> names;
    for (const auto& each : entries) names.push_back(each.name);
    complainUnknown(what, typed, names);
}

} // namespace eidkern::cli
