// tcToken (TR-03124-1 2.6) as a value.
#pragma once
#include <optional>
#include <string>

#include "eidkern/secret.h"

namespace eidkern
{

struct TcToken // the texts as they stand in the XML, trimmed; nothing: the element is missing
{
    std::optional<std::string> serverAddress, sessionIdentifier, refreshAddress, communicationErrorAddress, binding, pathSecurityProtocol;
    std::optional<Secret> psk; // hex as sent
};

} // namespace eidkern
