#include "cli/printable.h"

#include <QJsonDocument>
#include <QList>
#include <QString>
#include <algorithm>
#include <array>
#include <utility>

namespace eidkern::cli
{

namespace
{

constexpr std::size_t longestText = 16 * 1024;

bool isOneOf(std::string_view name, auto&& names) { return std::ranges::find(names, name) != names.end(); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; }
bool isLetterOrDigit(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9'); }

// One tag, or a comment, at the front of `html`: how long it is with what belongs to it unseen, and what it leaves in the text.
struct Tag
{
    std::size_t length;
    std::string_view leaves = {};
};

std::size_t endOf(std::string_view html, std::string_view end, std::size_t from = 0) // behind `end`; without it: everything
{
    const auto at = html.find(end, from);
    return at == std::string_view::npos ? html.size() : at + end.size();
}

Tag tagAt(std::string_view html)
{
    static constexpr std::array<std::string_view, 20> blocks{"p",  "br", "div", "tr", "h1", "h2",    "h3",      "h4",      "h5",     "h6",
                                                             "ul", "ol", "dl",  "dt", "dd", "table", "section", "article", "header", "footer"};
    if (html.starts_with("<!--")) return {endOf(html, "-->")};
    std::string name;
    const std::size_t start = html.size() > 1 && html[1] == '/' ? 2 : 1;
    for (auto at = start; at < html.size() && at < start + 8 && isLetterOrDigit(html[at]); ++at) name += lower(html[at]);
    const auto length = endOf(html, ">");
    if (start == 1 && isOneOf(name, std::array<std::string_view, 3>{"script", "style", "title"})) return {endOf(html, ">", endOf(html, "</", length))};
    if (name == "li") return {length, start == 1 ? "\n• " : ""};
    return {length, isOneOf(name, blocks) ? "\n" : ""};
}

// The character reference at the front of `html`; length 0: it is none that we know.
std::pair<std::size_t, QString> referenceAt(std::string_view html)
{
    static constexpr std::array<std::pair<std::string_view, char16_t>, 18> names{{{"amp", u'&'},
                                                                                  {"lt", u'<'},
                                                                                  {"gt", u'>'},
                                                                                  {"quot", u'"'},
                                                                                  {"apos", u'\''},
                                                                                  {"nbsp", u' '},
                                                                                  {"auml", u'ä'},
                                                                                  {"ouml", u'ö'},
                                                                                  {"uuml", u'ü'},
                                                                                  {"Auml", u'Ä'},
                                                                                  {"Ouml", u'Ö'},
                                                                                  {"Uuml", u'Ü'},
                                                                                  {"szlig", u'ß'},
                                                                                  {"sect", u'§'},
                                                                                  {"euro", u'€'},
                                                                                  {"ndash", u'–'},
                                                                                  {"bull", u'•'},
                                                                                  {"copy", u'©'}}};
    const auto end = html.substr(0, 12).find(';');
    if (end == std::string_view::npos) return {0, {}};
    const auto name = html.substr(1, end - 1);
    for (const auto& [known, character] : names)
        if (name == known) return {end + 1, QString(QChar(character))};
    if (!name.starts_with('#')) return {0, {}};
    const bool hex = name.size() > 1 && lower(name[1]) == 'x';
    bool ok = false;
    const auto digits = QByteArray(name.data() + (hex ? 2 : 1), qsizetype(name.size() - (hex ? 2 : 1)));
    const char32_t code = digits.toUInt(&ok, hex ? 16 : 10);
    if (!ok || code == 0 || code > QChar::LastValidCodePoint || (code >= 0xD800 && code < 0xE000)) return {0, {}};
    return {end + 1, QString::fromUcs4(&code, 1)};
}

} // namespace

static std::string safeText(std::string_view text, QChar lineEnd)
{
    QString safe;
    const auto decoded = QString::fromUtf8(text.data(), qsizetype(std::min(text.size(), longestText)));
    for (const char32_t c : decoded.toUcs4())
    {
        if (c == U'\n') safe += lineEnd;
        else if (c == U'\t' || c == U'\u2028' || c == U'\u2029') safe += u' ';
        else if (c == U'\r' || QChar::category(c) == QChar::Other_Format) continue;
        else if (QChar::category(c) == QChar::Other_Control) safe += u'?';
        else safe += QString::fromUcs4(&c, 1);
    }
    if (text.size() > longestText) safe += u'…';
    return safe.toStdString();
}

std::string printable(std::string_view text) { return safeText(text, u'\n'); }

std::string printableLine(std::string_view text) { return safeText(text, u' '); }

std::string jsonLine(const QJsonObject& object)
{
    QString safe;
    const auto json = QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
    for (const char32_t c : json.toUcs4())
    {
        const auto character = QString::fromUcs4(&c, 1);
        const bool steers = c == U'\u2028' || c == U'\u2029' || QChar::category(c) == QChar::Other_Format || QChar::category(c) == QChar::Other_Control;
        if (!steers) safe += character;
        else
            for (const QChar unit : character) safe += QStringLiteral("\\u%1").arg(unit.unicode(), 4, 16, QLatin1Char('0'));
    }
    return safe.toStdString();
}

std::string textOfHtml(std::string_view html)
{
    std::string text;
    const auto blank = [&text] {
        if (!text.empty() && text.back() != '\n' && text.back() != ' ') text += ' ';
    };
    while (!html.empty())
    {
        if (html[0] == '<')
        {
            const auto tag = tagAt(html);
            html.remove_prefix(tag.length);
            while (!tag.leaves.empty() && !text.empty() && text.back() == ' ') text.pop_back();
            const bool atLineStart = text.empty() || text.back() == '\n';
            text += atLineStart && tag.leaves.starts_with('\n') ? tag.leaves.substr(1) : tag.leaves;
            continue;
        }
        if (const auto [length, character] = html[0] == '&' ? referenceAt(html) : std::pair(std::size_t(0), QString()); length > 0)
        {
            text += character.toStdString();
            html.remove_prefix(length);
            continue;
        }
        if (html[0] == ' ' || html[0] == '\t' || html[0] == '\r' || html[0] == '\n') blank();
        else text += html[0];
        html.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

} // namespace eidkern::cli
