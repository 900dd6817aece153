// URLs by QUrl, with what the eID protocols demand on top: http or https, a host, no user information, no control characters.
#pragma once
#include <optional>
#include <string_view>

#include "core/web.h"

namespace eidkern::network
{

std::optional<Url> parseUrl(std::string_view text, const Url* base = nullptr); // relative ones are resolved against base

} // namespace eidkern::network
