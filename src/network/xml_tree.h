// A small XML document as a tree, with what hostile bytes can cost bounded: DOCTYPE, entities, nesting beyond 32, more than
// 20,000 elements, tags beyond 8 KiB and encodings other than UTF-8 are refused, as is whatever is not well-formed.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "eidkern/secret.h"

namespace eidkern::network
{

struct XmlElement
{
    std::string name; // local: prefixes and namespaces are the sender's taste
    std::string type; // xsi:type without prefix
    std::string text; // its own, trimmed
    std::vector<XmlElement> children;
};

std::optional<XmlElement> parseXml(std::string_view xml); // the root element

// Reads the children of one element and remembers in `bad` whether any was not as demanded.
class XmlFields
{
public:
    XmlFields(const XmlElement& parent, bool& bad) : parent_(parent), bad_(bad) {}

    const XmlElement* atMostOne(std::string_view name); // twice: bad
    const XmlElement& one(std::string_view name);       // missing or twice: bad, and an empty element
    std::vector<const XmlElement*> all(std::string_view name) const;

    std::string text(std::string_view name);  // at most one; empty if missing
    Bytes hex(std::string_view name);         // at most one; empty if missing or empty; undecodable: bad
    Bytes demandedHex(std::string_view name); // exactly one, not empty
    std::vector<Bytes> allHex(std::string_view name);

private:
    Bytes decode(const XmlElement& element);

    const XmlElement& parent_;
    bool& bad_;
};

} // namespace eidkern::network
