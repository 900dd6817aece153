#include "network/xml_tree.h"

#include <QXmlStreamReader>
#include <algorithm>

namespace eidkern::network
{

static constexpr std::size_t longestTag = 8192, mostElements = 20'000, deepest = 32;

// Qt compares the attributes of a tag each with each (40,000 take seconds), hence the bound. It holds for UTF-8 alone: no NUL,
// and isUtf8() below.
static bool isBounded(std::string_view xml)
{
    if (xml.find('\0') != std::string_view::npos) return false;
    for (auto open = xml.find('<'); open != std::string_view::npos; open = xml.find('<', open + 1))
    {
        const auto close = xml.find('>', open);
        if ((close == std::string_view::npos ? xml.size() : close) - open > longestTag) return false;
        if (close != std::string_view::npos) open = close;
    }
    return true;
}

static bool isUtf8(const QXmlStreamReader& reader)
{
    const auto encoding = reader.documentEncoding();
    return encoding.isEmpty() || encoding.compare(QLatin1String("UTF-8"), Qt::CaseInsensitive) == 0;
}

static std::string_view trimmed(std::string_view text)
{
    static constexpr std::string_view space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(space) - first + 1);
}

static std::optional<XmlElement> startedBy(const QXmlStreamReader& reader)
{
    XmlElement element;
    element.name = reader.name().toString().toStdString();
    for (const auto& attribute : reader.attributes())
    {
        if (attribute.name() != QLatin1String("type")) continue;
        if (!element.type.empty()) return {};
        const auto value = attribute.value().toString().trimmed().toStdString();
        element.type = value.substr(value.rfind(':') + 1);
    }
    return element;
}

std::optional<XmlElement> parseXml(std::string_view xml)
{
    if (!isBounded(xml)) return {};
    QXmlStreamReader reader(QByteArray::fromRawData(xml.data(), qsizetype(xml.size())));
    std::vector<XmlElement> open(1); // open[0] is the document
    for (std::size_t elements = 0; !reader.atEnd();)
    {
        switch (reader.readNext())
        {
            case QXmlStreamReader::StartDocument:
                if (!isUtf8(reader)) return {};
                break;
            case QXmlStreamReader::StartElement:
            {
                auto element = startedBy(reader);
                if (!element || ++elements > mostElements || open.size() > deepest) return {};
                open.push_back(std::move(*element));
                break;
            }
            case QXmlStreamReader::EndElement:
            {
                auto element = std::move(open.back());
                open.pop_back();
                element.text = trimmed(element.text);
                open.back().children.push_back(std::move(element));
                break;
            }
            case QXmlStreamReader::Characters: open.back().text += reader.text().toUtf8().toStdString(); break;
            case QXmlStreamReader::DTD:
            case QXmlStreamReader::EntityReference:
            case QXmlStreamReader::Invalid: return {};
            default: break;
        }
    }
    if (reader.hasError() || open.size() != 1 || open[0].children.size() != 1) return {};
    return std::move(open[0].children[0]);
}

std::vector<const XmlElement*> XmlFields::all(std::string_view name) const
{
    std::vector<const XmlElement*> found;
    for (const auto& child : parent_.children)
        if (child.name == name) found.push_back(&child);
    return found;
}

const XmlElement* XmlFields::atMostOne(std::string_view name)
{
    const auto found = all(name);
    if (found.size() > 1) bad_ = true;
    return found.empty() ? nullptr : found.front();
}

const XmlElement& XmlFields::one(std::string_view name)
{
    static const XmlElement none;
    const auto* found = atMostOne(name);
    if (!found) bad_ = true;
    return found ? *found : none;
}

std::string XmlFields::text(std::string_view name)
{
    const auto* found = atMostOne(name);
    return found ? found->text : std::string();
}

Bytes XmlFields::decode(const XmlElement& element)
{
    auto bytes = fromHex(element.text);
    if (!bytes) bad_ = true;
    return std::move(bytes).value_or(Bytes());
}

Bytes XmlFields::hex(std::string_view name)
{
    const auto* found = atMostOne(name);
    return found ? decode(*found) : Bytes();
}

Bytes XmlFields::demandedHex(std::string_view name)
{
    auto bytes = hex(name);
    if (bytes.empty()) bad_ = true;
    return bytes;
}

std::vector<Bytes> XmlFields::allHex(std::string_view name)
{
    std::vector<Bytes> values;
    for (const auto* element : all(name)) values.push_back(decode(*element));
    return values;
}

} // namespace eidkern::network
