// Texts from outside, for the terminal: what a service, a card, a driver or a server says must not steer it.
#pragma once
#include <string>
#include <string_view>

namespace eidkern::cli
{

std::string printable(std::string_view text); // controls other than line ends become '?'

} // namespace eidkern::cli
