// JSON as it leaves: compact, in valid UTF-8, whatever the texts are.
#pragma once
#include <string>
#include <string_view>

namespace eidkern::sdk::json
{

// In quotes. What is not well-formed UTF-8 becomes U+FFFD, byte by byte.
void appendString(std::string& out, std::string_view text);
void appendNumber(std::string& out, int number);
inline void appendBoolean(std::string& out, bool value) { out += value ? "true" : "false"; }

// An object is written as members that each begin with a comma; the first comma, at `start`, becomes the brace.
void closeObject(std::string& out, std::size_t start);

} // namespace eidkern::sdk::json
