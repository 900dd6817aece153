// Small files as text. What cannot be read is said to the person and gives nothing.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "eidkern/cards.h"

namespace eidkern::cli
{

std::optional<std::string> readSmallFile(const std::string& path); // at most 1 MiB
std::optional<std::vector<TrustAnchor>> trustAnchorsOf(const std::vector<std::string>& cvcaFiles);
void complain(const std::string& sentence);                        // to standard error, with the program's name

} // namespace eidkern::cli
