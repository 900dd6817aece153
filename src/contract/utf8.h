// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing beyond U+10FFFF.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace eidkern::sdk
{

inline constexpr std::string_view replacementCharacter = "\xEF\xBF\xBD";

// Bytes of the character at the front, 1 to 4; 0: nothing well-formed starts here.
constexpr std::size_t utf8Length(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const auto first = byte(0), second = byte(1);
    if (text.empty()) return 0;
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4 || !continues(1)) return 0;
    if (first < 0xE0) return 2;
    if (!continues(2) || (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0)) return 0;
    if (first < 0xF0) return 3;
    return continues(3) && (first != 0xF0 || second >= 0x90) && (first != 0xF4 || second < 0x90) ? 4 : 0;
}

inline void appendUtf8(std::string& out, char32_t point) // no surrogate, at most U+10FFFF
{
    const auto tail = [&](int shift) { out += char(0x80 | ((point >> shift) & 0x3F)); };
    if (point < 0x80) out += char(point);
    else if (point < 0x800) out += char(0xC0 | (point >> 6)), tail(0);
    else if (point < 0x10000) out += char(0xE0 | (point >> 12)), tail(6), tail(0);
    else out += char(0xF0 | (point >> 18)), tail(12), tail(6), tail(0);
}

} // namespace eidkern::sdk
