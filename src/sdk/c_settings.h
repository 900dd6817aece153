// The settings of eidkern_new() (include/eidkern/eidkern.h says which there are), as those of the JSON API.
#pragma once
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "eidkern/json_api.h"

namespace eidkern::sdk
{

tl::expected<JsonApiSettings, std::string> settingsOf(std::string_view json); // empty: the default; else what is wrong

} // namespace eidkern::sdk
