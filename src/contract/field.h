// Parameters of commands. What is given but of another type is kept apart from what is missing: the answers differ.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eidkern/failure.h"
#include "eidkern/secret.h"

namespace eidkern::sdk
{

template<typename T>
struct Field
{
    bool given = false;
    std::optional<T> value; // given without a value: of another type
};

} // namespace eidkern::sdk
