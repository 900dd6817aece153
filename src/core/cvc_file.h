// The CV certificates in what a file holds: binary, in hex or in Base64 (RFC 4648 4), blanks and line ends between the
// characters, perhaps in blocks with lines like those of PEM around them; one or several one behind the other.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace eidkern
{

// At most 256 whole 7F21, not looked into any further. Nothing: there is none, or there is something else as well.
std::optional<std::vector<Bytes>> cvcsIn(std::string_view content);

} // namespace eidkern
