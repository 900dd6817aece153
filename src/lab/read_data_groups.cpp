#include "lab/read_data_groups.h"

#include <QByteArrayView>
#include <algorithm>
#include <array>

#include "core/tlv.h"

namespace eidkern::lab
{

namespace
{

constexpr std::uint32_t octetString = 0x04, utf8 = 0x0C, numeric = 0x12, printable = 0x13, ia5 = 0x16, sequence = 0x30, setOf = 0x31;

enum class Kind { Utf8, Printable, Ia5, Date, Place, Octets, Raw };
constexpr std::array<Kind, 22> kinds{
    Kind::Printable, Kind::Printable, Kind::Date,      Kind::Utf8,      Kind::Utf8,      Kind::Utf8,   // 1 .. 6
    Kind::Utf8,      Kind::Date,      Kind::Place,     Kind::Printable, Kind::Printable, Kind::Raw, // 7 .. 12
    Kind::Utf8,      Kind::Octets,    Kind::Date,      Kind::Raw,       Kind::Place,     Kind::Octets, // 13 .. 18
    Kind::Place,     Kind::Place,     Kind::Printable, Kind::Ia5,                               // 19 .. 22
};

bool fits(std::uint32_t type, ByteView text)
{
    const auto within = [&](std::uint8_t low, std::uint8_t high) { return std::ranges::all_of(text, [=](auto c) { return c >= low && c <= high; }); };
    switch (type)
    {
        case utf8: return QByteArrayView(text.data(), qsizetype(text.size())).isValidUtf8();
        case numeric: return std::ranges::all_of(text, [](auto c) { return c == ' ' || (c >= '0' && c <= '9'); });
        case printable: return within(0x20, 0x7E);
        default: return within(0x00, 0x7F); // IA5String
    }
}

std::optional<std::string> text(ByteView tlv, std::uint32_t type)
{
    const auto element = singleTlv(tlv);
    if (!element || element->tag != type || !fits(type, element->value)) return {};
    return std::string(asText(element->value));
}

std::optional<std::string> date(ByteView tlv)
{
    auto value = text(tlv, numeric);
    return value && value->size() == 8 ? value : std::nullopt;
}

std::optional<Place> structuredPlace(ByteView fields)
{
    struct Field
    {
        std::uint32_t tag, type;
        std::string Place::* member;
    };
    static constexpr std::array<Field, 5> known{{{0xAA, utf8, &Place::street},
                                                 {0xAB, utf8, &Place::city},
                                                 {0xAC, utf8, &Place::state},
                                                 {0xAD, printable, &Place::country},
                                                 {0xAE, printable, &Place::zipCode}}};
    const auto elements = allTlv(fields, known.size());
    if (!elements || elements->empty()) return {};
    Place place;
    for (const auto& element : *elements)
    {
        const auto* field = std::ranges::find(known, element.tag, &Field::tag);
        const auto value = field != known.end() && single(*elements, element.tag) ? text(element.value, field->type) : std::nullopt;
        if (!value) return {};
        place.*field->member = *value;
    }
    return place;
}

std::optional<Place> place(ByteView tlv)
{
    const auto outer = singleTlv(tlv);
    if (!outer) return {};
    if (outer->tag == sequence) return structuredPlace(outer->value);
    if (outer->tag == setOf) // PlaceOfResidence may be a SET OF places: the first one counts
    {
        const auto places = allTlv(outer->value, 8);
        return places && !places->empty() && (*places)[0].tag != setOf ? place((*places)[0].whole) : std::nullopt;
    }
    if (outer->tag != 0xA1 && outer->tag != 0xA2) return {};
    auto words = text(outer->value, utf8);
    if (!words) return {};
    return Place{.kind = outer->tag == 0xA1 ? Place::Kind::FreeText : Place::Kind::None, .text = std::move(*words)};
}

std::optional<Bytes> octets(ByteView tlv)
{
    const auto element = singleTlv(tlv);
    return element && element->tag == octetString ? std::optional(toBytes(element->value)) : std::nullopt;
}

template<typename T>
std::optional<DataGroupValue> value(std::optional<T> decoded)
{
    return decoded ? std::optional<DataGroupValue>(std::move(*decoded)) : std::nullopt;
}

} // namespace

std::optional<DataGroupValue> readDataGroup(int number, ByteView file)
{
    if (number < 1 || number > int(kinds.size())) return {};
    const auto group = takeTlv(file);
    if (!group || group->tag != 0x60u + unsigned(number) || !std::ranges::all_of(file, [](auto byte) { return byte == 0; })) return {};
    switch (kinds[std::size_t(number - 1)])
    {
        case Kind::Utf8: return value(text(group->value, utf8));
        case Kind::Printable: return value(text(group->value, printable));
        case Kind::Ia5: return value(text(group->value, ia5));
        case Kind::Date: return value(date(group->value));
        case Kind::Place: return value(place(group->value));
        case Kind::Octets: return value(octets(group->value));
        case Kind::Raw: break;
    }
    return value(singleTlv(group->value) ? std::optional(toBytes(group->value)) : std::nullopt);
}

} // namespace eidkern::lab
