// Texts from outside, for the terminal: what a service, a card, a driver or a server says must not steer it.
#pragma once
#include <QJsonObject>
#include <string>
#include <string_view>

namespace eidkern::cli
{

// Controls other than line ends become '?'; format characters, among them those that turn the direction of writing, are
// taken away; what is no UTF-8 becomes U+FFFD. Beyond 16 KiB it is cut, and says so by "…".
std::string printable(std::string_view text);
std::string printableLine(std::string_view text); // and line ends become blanks: for names, addresses and whatever has one line

// One line of JSON, also fit for a terminal: what printable() would change in its texts is escaped.
std::string jsonLine(const QJsonObject& object);

// An HTML document as text: no tags, scripts and styles, blocks on lines of their own. Not printable() yet.
std::string textOfHtml(std::string_view html);

} // namespace eidkern::cli
