// Bytes as values, and hex.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eidkern/secret.h"

namespace eidkern
{

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

std::string toHex(ByteView bytes);                     // lower case, no separators
std::optional<Bytes> fromHex(std::string_view text);   // any case; odd length or another character: nothing
std::optional<Secret> secretFromHex(std::string_view text);
Bytes concat(std::initializer_list<ByteView> parts);
bool equalInConstantTime(ByteView a, ByteView b);      // time depends on the lengths only
inline ByteView asBytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline std::string_view asText(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes toBytes(ByteView view) { return {view.begin(), view.end()}; }
inline bool same(ByteView a, ByteView b) { return asText(a) == asText(b); } // for public values

} // namespace eidkern
