#include "cli/printable.h"

#include <cstdint>

namespace eidkern::cli
{

std::string printable(std::string_view text)
{
    std::string safe;
    for (const char c : text)
        if (c != '\r') safe += c == '\n' || std::uint8_t(c) >= 0x20 ? (c == 0x7F ? '?' : c) : '?';
    for (std::size_t at = 0; (at = safe.find('\xC2', at)) != std::string::npos; ++at) // C1 controls: C2 80 .. C2 9F
        if (at + 1 < safe.size() && std::uint8_t(safe[at + 1]) >= 0x80 && std::uint8_t(safe[at + 1]) < 0xA0) safe.replace(at, 2, "?");
    return safe;
}

} // namespace eidkern::cli
