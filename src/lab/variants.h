// How the lab may deviate from the usual, by name: what real services and eID-Servers do differently, and all of it allowed.
// The one table for the command line, for programs that embed the lab, and for scenarios.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "lab/lab.h"

namespace eidkern::lab
{

struct Variant
{
    std::string_view name, group; // of those in one group only one can be chosen; empty: goes with everything
    std::string_view german, english;
    void (*apply)(LabOptions& options);
};

std::span<const Variant> variants();

tl::expected<void, std::string> apply(std::span<const std::string> names, LabOptions& options); // else which name is wrong

} // namespace eidkern::lab
