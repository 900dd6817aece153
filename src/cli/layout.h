// Text on a terminal: rows of label and value, wrapped to its width.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace eidkern::cli
{

struct Row
{
    std::string label, value; // the value may have several lines
};

bool isTerminal();           // standard output
bool colours();              // on a terminal, and not switched off by NO_COLOR
std::size_t terminalWidth(); // in columns; without a terminal nothing is wrapped
std::size_t columns(std::string_view utf8); // each code point one column: enough for our labels
std::string styled(std::string_view style, const std::string& text, bool colours); // "1": bold, "31": red ...
std::vector<std::string> wrapped(const std::string& text, std::size_t width); // at line ends, and at blanks where a line is too long
std::vector<std::string> tableLines(const std::vector<Row>& rows, std::size_t width, bool colours);
void writeLine(const std::string& line); // to standard output, at once
void writeTable(const std::vector<Row>& rows);

} // namespace eidkern::cli
