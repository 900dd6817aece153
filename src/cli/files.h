// Small files as text. What cannot be read is said to the person and gives nothing.
#pragma once
#include <optional>
#include <string>

namespace eidkern::cli
{

std::optional<std::string> readSmallFile(const std::string& path); // at most 1 MiB
void complain(const std::string& sentence);                        // to standard error, with the program's name

} // namespace eidkern::cli
