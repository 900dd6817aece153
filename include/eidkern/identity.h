// Under which names this program is met: by itself, or as the AusweisApp, for clients that look for that.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eidkern/export.h"

namespace eidkern
{

struct ProductIdentity // what INFO and ?Status tell; an empty version is our own
{
    std::string name = "eidkern", title = "eidkern", vendor = "eidkern", version = {};
};

struct Identity
{
    ProductIdentity product;
    std::string server;                           // header Server of HTTP answers (TR-03124-1 2.2)
    std::string upgradeServer;                    // and of the answer that opens a WebSocket
    std::string portFilePrefix;                   // PREFIX.<pid>.port in the folder for temporary files
    std::vector<std::string> environmentPrefixes; // the first one that is set counts: PREFIX_WEBSOCKET_ORIGIN
};

EIDKERN_API Identity ownIdentity();
EIDKERN_API Identity ausweisAppIdentity(); // as of its version 2.5.3, from which the JSON API was taken

// The variable PREFIX_name of the environment. Nothing: not set, or empty.
EIDKERN_API std::optional<std::string> environmentOf(const Identity& identity, std::string_view name);

} // namespace eidkern
