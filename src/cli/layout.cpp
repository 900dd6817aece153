#include "cli/layout.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/printable.h"

namespace eidkern::cli
{

bool isTerminal() { return ::isatty(STDOUT_FILENO); }

bool colours() { return isTerminal() && !::getenv("NO_COLOR"); }

std::size_t terminalWidth()
{
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100'000;
}

std::size_t columns(std::string_view utf8)
{
    std::size_t count = 0;
    for (const char c : utf8) count += (std::uint8_t(c) & 0xC0) != 0x80;
    return count;
}

std::string styled(std::string_view style, const std::string& text, bool colours)
{
    return colours ? "\033[" + std::string(style) + "m" + text + "\033[0m" : text;
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width)
{
    std::vector<std::string> lines{""};
    std::string word;
    const auto flush = [&] {
        const bool first = lines.back().empty();
        if (!first && columns(lines.back()) + 1 + columns(word) > width) lines.emplace_back(word);
        else lines.back().append(first ? "" : " ").append(word);
        word.clear();
    };
    for (const char c : text)
    {
        if (c == ' ') flush();
        else if (c != '\n') word += c;
        else
        {
            flush();
            lines.emplace_back();
        }
    }
    flush();
    return lines;
}

std::vector<std::string> tableLines(const std::vector<Row>& rows, std::size_t width, bool colours)
{
    std::size_t labels = 0;
    for (const auto& row : rows) labels = std::max(labels, columns(row.label));
    std::vector<std::string> lines;
    for (const auto& row : rows)
    {
        auto label = "  " + styled("1", row.label, colours) + std::string(labels - columns(row.label) + 2, ' ');
        for (const auto& piece : wrapped(printable(row.value), width - std::min(width / 2, labels + 4)))
        {
            lines.push_back(label + piece);
            label = std::string(labels + 4, ' ');
        }
    }
    return lines;
}

void writeLine(const std::string& line)
{
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

void writeTable(const std::vector<Row>& rows)
{
    for (const auto& line : tableLines(rows, terminalWidth(), colours())) writeLine(line);
}

} // namespace eidkern::cli
