// PAOS messages as SOAP (TR-03112-7), both directions: the engine writes client messages and reads server
// messages, the lab the other way round. Reading matches local names, survives any prefix and missing SOAP headers, and
// refuses: what is not well-formed, DOCTYPE and entities, nesting beyond 32, single elements that stand twice, values that
// do not decode.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/paos.h"

namespace eidkern::network
{

std::string encode(const paos::ClientMessage& message);
std::optional<paos::ServerMessage> parseServerMessage(std::string_view xml);

std::string encode(const paos::ServerMessage& message);
std::optional<paos::ClientMessage> parseClientMessage(std::string_view xml);

} // namespace eidkern::network
