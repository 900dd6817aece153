#include "lab/paos_disguise.h"

#include <array>
#include <string_view>
#include <utility>

namespace eidkern::lab
{

namespace
{

void replaceAll(std::string& text, std::string_view from, std::string_view to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

// In tags, in declarations, and in the value of xsi:type; "urn:iso:..." is none of them.
void rename(std::string& xml, std::string_view prefix, std::string_view other)
{
    for (const auto& [before, behind] : {std::pair("<", ":"), {"</", ":"}, {" ", ":type="}, {"\"", ":"}, {"xmlns:", "="}})
        replaceAll(xml, std::string(before).append(prefix).append(behind), std::string(before).append(other).append(behind));
}

void addWhiteSpace(std::string& xml)
{
    for (auto at = xml.find("?>"); (at = xml.find_first_of("<>", at + 2)) != std::string::npos;)
    {
        const bool opens = xml[at] == '<';
        xml.insert(opens ? at : at + 1, "\r\n\t ");
        at += opens ? 4 : 3;
    }
}

} // namespace

std::string disguised(std::string message, const PaosStyle& style)
{
    static constexpr std::array prefixes{std::pair("soap", "_"), std::pair("iso", "i.s-o_24727"), std::pair("dss", "Prüfung"), std::pair("wsa", "w"),
                                         std::pair("xsi", "soap")};
    if (style.oddPrefixes)
        for (const auto& [usual, odd] : prefixes) rename(message, usual, odd);
    if (style.whiteSpace) addWhiteSpace(message);
    return message;
}

} // namespace eidkern::lab
