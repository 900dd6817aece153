#include "lab/labels.h"

#include <array>
#include <map>

namespace eidkern::lab
{

namespace
{

const std::map<Right, Said>& labels()
{
    static const std::map<Right, Said> all{
        {readRight(1), {"Dokumententyp", "Document type"}},
        {readRight(2), {"Ausstellender Staat", "Issuing country"}},
        {readRight(3), {"Gültig bis", "Valid until"}},
        {readRight(4), {"Vornamen", "Given names"}},
        {readRight(5), {"Familienname", "Family name"}},
        {readRight(6), {"Ordens- oder Künstlername", "Religious or artistic name"}},
        {readRight(7), {"Doktorgrad", "Doctoral degree"}},
        {readRight(8), {"Geburtsdatum", "Date of birth"}},
        {readRight(9), {"Geburtsort", "Place of birth"}},
        {readRight(10), {"Staatsangehörigkeit", "Nationality"}},
        {readRight(11), {"Geschlecht", "Sex"}},
        {readRight(12), {"Optionale Daten", "Optional data"}},
        {readRight(13), {"Geburtsname", "Birth name"}},
        {readRight(14), {"Schriftliche Unterschrift", "Written signature"}},
        {readRight(15), {"Ausgestellt am", "Date of issue"}},
        {readRight(16), {"Datengruppe 16", "Data group 16"}},
        {readRight(17), {"Anschrift", "Address"}},
        {readRight(18), {"Gemeindeschlüssel", "Community ID"}},
        {readRight(19), {"Nebenbestimmungen I", "Residence permit I"}},
        {readRight(20), {"Nebenbestimmungen II", "Residence permit II"}},
        {readRight(21), {"Telefonnummer", "Phone number"}},
        {readRight(22), {"E-Mail-Adresse", "E-mail address"}},
        {Right::RestrictedIdentification, {"Pseudonym", "Pseudonym"}},
        {Right::AgeVerification, {"Altersbestätigung", "Age verification"}},
        {Right::CommunityVerification, {"Wohnortbestätigung", "Address verification"}},
    };
    return all;
}

constexpr std::array months{Said{"Januar", "January"},  Said{"Februar", "February"},  Said{"März", "March"},
                            Said{"April", "April"},     Said{"Mai", "May"},           Said{"Juni", "June"},
                            Said{"Juli", "July"},       Said{"August", "August"},     Said{"September", "September"},
                            Said{"Oktober", "October"}, Said{"November", "November"}, Said{"Dezember", "December"}};

int number(std::string_view digits) { return digits[0] == ' ' || digits[1] == ' ' ? 0 : (digits[0] - '0') * 10 + digits[1] - '0'; }

std::string date(const std::string& digits, Language language) // YYYYMMDD, blanks for what is unknown
{
    auto year = digits.substr(0, 4);
    const int month = number(std::string_view(digits).substr(4)), day = number(std::string_view(digits).substr(6));
    if (month < 1 || month > 12) return year;
    const auto name = months[std::size_t(month - 1)].in(language);
    if (day == 0) return name + ' ' + year;
    return std::to_string(day) + (language == Language::German ? ". " : " ") + name + ' ' + year;
}

std::vector<std::string> lines(const Place& place)
{
    if (place.kind != Place::Kind::Structured) return {place.text};
    std::vector<std::string> all;
    const auto city = place.zipCode + (place.zipCode.empty() || place.city.empty() ? "" : " ") + place.city;
    for (const auto& line : {place.street, city, place.state, place.country})
        if (!line.empty()) all.push_back(line);
    return all;
}

std::vector<std::string> raw(int dataGroup, const DataGroupValue& value, Language language)
{
    if (const auto* where = std::get_if<Place>(&value)) return lines(*where);
    if (const auto* bytes = std::get_if<Bytes>(&value)) return {toHex(*bytes)};
    const auto& text = std::get<std::string>(value);
    const bool isDate = dataGroup == 3 || dataGroup == 8 || dataGroup == 15;
    return {isDate ? date(text, language) : text};
}

} // namespace

std::string labelOf(Right right, Language language)
{
    const auto label = labels().find(right);
    return label == labels().end() ? std::string(name(right)) : label->second.in(language);
}

const std::vector<int>& shownGroups()
{
    static const std::vector<int> groups{5, 13, 4, 7, 8, 9, 17, 10, 6, 11, 1, 2, 15, 3, 18, 19, 20, 21, 22, 12, 14, 16};
    return groups;
}

std::vector<std::string> linesOf(int dataGroup, const DataGroupValue& value, Language language)
{
    auto all = raw(dataGroup, value, language);
    std::erase(all, std::string());
    if (all.empty()) all.emplace_back("–");
    return all;
}

} // namespace eidkern::lab
