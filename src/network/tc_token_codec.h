// tcToken XML (TR-03124-1 2.6). Any order, any namespace, text trimmed; an element that stands twice is refused, unknown ones
// are skipped. What the values must be is judged by the workflow.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/tc_token.h"

namespace eidkern::network
{

std::optional<TcToken> parseTcToken(std::string_view xml); // nothing: not well-formed, DOCTYPE, another root element
std::string encode(const TcToken& token);                  // absent members are left out

} // namespace eidkern::network
