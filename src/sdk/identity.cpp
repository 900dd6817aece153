#include "eidkern/identity.h"

#include <cstdlib>

#include "core/version.h"

namespace eidkern
{

Identity ownIdentity()
{
    const std::string version(core::version), product(core::product);
    return {{"eidkern", "eidkern", "eidkern", version}, product, product, "eidkern", {"EIDKERN"}};
}

Identity ausweisAppIdentity()
{
    const std::string version = "2.5.3";
    // The name changed with time, but not everywhere: some clients look for one form at the opening of a WebSocket, some for the other.
    const auto both = "AusweisApp/" + version + " AusweisApp2/" + version;
    return {{"AusweisApp2", "AusweisApp2", "eidkern", version},
            "AusweisApp2/" + version + " (TR-03124-1/1.4)",
            both,
            "AusweisApp",
            {"EIDKERN", "AUSWEISAPP", "AUSWEISAPP2"}};
}

std::optional<std::string> environmentOf(const Identity& identity, std::string_view name)
{
    for (const auto& prefix : identity.environmentPrefixes)
        if (const char* value = std::getenv((prefix + "_" + std::string(name)).c_str()); value && *value) return value;
    return {};
}

} // namespace eidkern
