// Files that options name. What cannot be read is said to the person and gives nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eidkern/cards.h"

namespace eidkern::cli
{

std::optional<std::string> personaOf(const std::string& nameOrFile); // JSON of a built-in persona, or of a file of at most 1 MiB

enum class Keep { ForLong, WhileWeRun }; // ForLong: it is on the disk when the function returns

// A file of this user alone (0600) that was not there before, in the folder of this descriptor (AT_FDCWD: the current one).
// False: errno says why.
bool writeNewFile(int folder, const std::string& path, std::span<const std::uint8_t> content, Keep keep = Keep::ForLong);

std::optional<std::vector<TrustAnchor>> trustAnchorsOf(const std::vector<std::string>& cvcaFiles);
void complain(const std::string& sentence);                        // to standard error, with the program's name

} // namespace eidkern::cli
