// How every workflow ends.
#pragma once
#include <optional>
#include <string_view>

#include "workflows/ports.h"

namespace eidkern
{

inline const BrowserAnswer nobody{0, {}}; // there is no browser

struct Finished
{
    static constexpr std::string_view name = "Finished";
    static constexpr int percent = 100;
    static constexpr bool final = true;
    std::optional<Failure> failure;
    BrowserAnswer answer;
    Secret ownData = {}; // JSON, of a self-authentication
};

} // namespace eidkern
