#include "pages/html.h"

#include <array>

namespace eidkern::pages
{

namespace
{

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// How many bytes at the front of `utf8` are a control character beyond ASCII, or turn the direction of writing: U+0080 to 9F,
// U+061C, U+200E and 200F, U+2028 to 202E, U+2066 to 2069.
std::size_t steering(std::string_view utf8)
{
    const auto at = [&](std::size_t i) { return i < utf8.size() ? static_cast<unsigned char>(utf8[i]) : 0U; };
    const auto first = at(0), second = at(1), third = at(2);
    if (first == 0xC2 && second >= 0x80 && second <= 0x9F) return 2;
    if (first == 0xD8 && second == 0x9C) return 2;
    if (first != 0xE2) return 0;
    if (second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE))) return 3;
    return second == 0x81 && third >= 0xA6 && third <= 0xA9 ? 3 : 0;
}

struct Drawn
{
    std::string_view name, path;
};

constexpr std::array marks{Drawn{"good", "M5 12.5l4.5 4.5L19 7.5"}, Drawn{"bad", "M6.5 6.5l11 11M17.5 6.5l-11 11"}, Drawn{"note", "M12 5v9M12 18.9v.1"}};

} // namespace

std::string escaped(std::string_view utf8)
{
    std::string out;
    while (!utf8.empty())
    {
        const char c = utf8[0];
        const auto steers = steering(utf8);
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '"') out += "&quot;";
        else if (c == '\'') out += "&#39;";
        else if (steers > 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) out += replacement;
        else out += c;
        utf8.remove_prefix(std::max<std::size_t>(steers, 1));
    }
    return out;
}

std::string verdict(Mark mark, const std::string& title)
{
    const auto& drawn = marks[std::size_t(mark)];
    return std::string("<div class=\"verdict\"><span class=\"mark ").append(drawn.name).append("\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"")
         + std::string(drawn.path) + "\"/></svg></span><h1>" + title + "</h1></div>\n";
}

std::string sheet(const std::string& title, const std::string& html) { return "<section class=\"sheet\">\n<h2>" + title + "</h2>\n" + html + "</section>\n"; }

std::string button(std::string_view href, const std::string& title, bool quiet)
{
    return "<p><a class=\"button" + std::string(quiet ? " quiet" : "") + "\" href=\"" + escaped(href) + "\">" + title + "</a></p>\n";
}

// The roles, because the narrow layout makes blocks of rows and cells, and some browsers then forget that this is a table.
std::string row(std::string_view label, const std::string& html)
{
    return "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">" + escaped(label) + "</th><td role=\"cell\">" + html + "</td></tr>\n";
}

std::string table(const std::string& rows, const std::string& caption)
{
    if (rows.empty()) return rows;
    const auto titled = caption.empty() ? std::string() : "<caption>" + caption + "</caption>\n";
    return "<table role=\"table\">\n" + titled + "<tbody>\n" + rows + "</tbody>\n</table>\n";
}

} // namespace eidkern::pages
