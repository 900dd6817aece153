#include "contract/json_writer.h"

#include <charconv>

#include "contract/utf8.h"

namespace eidkern::sdk::json
{

namespace
{

bool isPlain(char c) { return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' && c != '\\'; }

void appendEscape(std::string& out, char c)
{
    constexpr std::string_view hex = "0123456789abcdef";
    switch (c)
    {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: ((out += "\\u00") += hex[static_cast<unsigned char>(c) >> 4]) += hex[c & 0xF];
    }
}

} // namespace

void appendString(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty())
    {
        std::size_t plain = 0;
        while (plain < text.size() && isPlain(text[plain])) ++plain;
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto length = utf8Length(text);
        if (length == 1) appendEscape(out, text[0]);
        else out += length == 0 ? replacementCharacter : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

void appendNumber(std::string& out, int number)
{
    char digits[12];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void closeObject(std::string& out, std::size_t start)
{
    if (out.size() == start) out += '{';
    else out[start] = '{';
    out += '}';
}

} // namespace eidkern::sdk::json
