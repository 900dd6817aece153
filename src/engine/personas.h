// The personas that ship with the product, as JSON (resources/personas).
#pragma once
#include <span>
#include <string_view>

namespace eidkern
{

struct BuiltInPersona
{
    std::string_view name, json;
};
std::span<const BuiltInPersona> builtInPersonas();

} // namespace eidkern
