#include "core/certificate_description.h"

#include <array>

#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern
{

namespace
{

constexpr std::uint32_t oidTag = 0x06, octetString = 0x04, utf8String = 0x0C, printableString = 0x13, ia5String = 0x16, sequence = 0x30, setOf = 0x31;
constexpr std::size_t mostCommCertificates = 1024;

std::optional<DescriptionFormat> formatOf(ByteView type)
{
    if (same(type, oid::descriptionPlain)) return DescriptionFormat::Plain;
    if (same(type, oid::descriptionHtml)) return DescriptionFormat::Html;
    if (same(type, oid::descriptionPdf)) return DescriptionFormat::Pdf;
    return {};
}

constexpr std::uint32_t termsTag(DescriptionFormat format)
{
    return format == DescriptionFormat::Plain ? utf8String : format == DescriptionFormat::Html ? ia5String : octetString;
}

// [n] EXPLICIT with one value of type `inner`. A missing optional field is empty.
bool text(const std::vector<Tlv>& fields, int n, std::uint32_t inner, bool mandatory, std::string& out)
{
    const auto tag = 0xA0u + unsigned(n);
    if (!find(fields, tag)) return !mandatory;
    const auto field = single(fields, tag);
    const auto value = field ? singleTlv(*field) : std::nullopt;
    if (!value || value->tag != inner) return false;
    out = asText(value->value);
    return true;
}

bool hashes(const std::vector<Tlv>& fields, std::vector<Bytes>& out)
{
    if (!find(fields, 0xA7)) return true;
    const auto field = single(fields, 0xA7);
    const auto set = field ? singleTlv(*field) : std::nullopt;
    const auto values = set && set->tag == setOf ? allTlv(set->value, mostCommCertificates) : std::nullopt;
    if (!values) return false;
    for (const auto& each : *values)
    {
        if (each.tag != octetString) return false;
        out.push_back(toBytes(each.value));
    }
    return true;
}

Bytes field(int n, std::uint32_t inner, std::string_view value, bool mandatory)
{
    if (value.empty() && !mandatory) return {};
    return tlv(0xA0u + unsigned(n), tlv(inner, asBytes(value)));
}

} // namespace

std::optional<CertificateDescription> parseCertificateDescription(ByteView der)
{
    const auto outer = singleTlv(der);
    const auto fields = outer && outer->tag == sequence ? allTlv(outer->value) : std::nullopt;
    const auto type = fields ? single(*fields, oidTag) : std::nullopt;
    const auto format = type ? formatOf(*type) : std::nullopt;
    if (!format) return {};
    CertificateDescription d;
    d.format = *format;
    if (!text(*fields, 1, utf8String, true, d.issuerName) || !text(*fields, 2, printableString, false, d.issuerUrl)
        || !text(*fields, 3, utf8String, true, d.subjectName) || !text(*fields, 4, printableString, false, d.subjectUrl)
        || !text(*fields, 5, termsTag(d.format), true, d.termsOfUsage) || !text(*fields, 6, printableString, false, d.redirectUrl)
        || !hashes(*fields, d.commCertificates))
        return {};
    return d;
}

Bytes encode(const CertificateDescription& d)
{
    static constexpr std::array types{oid::descriptionPlain, oid::descriptionHtml, oid::descriptionPdf};
    Bytes values;
    for (const auto& each : d.commCertificates)
    {
        const auto one = tlv(octetString, each);
        values.insert(values.end(), one.begin(), one.end());
    }
    return tlv(sequence,
               {tlv(oidTag, types[std::size_t(d.format)]), field(1, utf8String, d.issuerName, true), field(2, printableString, d.issuerUrl, false),
                field(3, utf8String, d.subjectName, true), field(4, printableString, d.subjectUrl, false), field(5, termsTag(d.format), d.termsOfUsage, true),
                field(6, printableString, d.redirectUrl, false), values.empty() ? Bytes() : tlv(0xA7, tlv(setOf, values))});
}

} // namespace eidkern
