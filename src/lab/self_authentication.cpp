#include "lab/self_authentication.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <array>

#include "lab/read_data_groups.h"

namespace eidkern::lab
{

namespace
{

struct Entry
{
    int dataGroup;
    const char* name;
};
constexpr std::array<Entry, 20> entries{{
    {1, "DocumentType"}, {2, "IssuingState"},      {3, "DateOfExpiry"},       {4, "GivenNames"},      {5, "FamilyNames"},
    {6, "ArtisticName"}, {7, "AcademicTitle"},     {8, "DateOfBirth"},        {9, "PlaceOfBirth"},    {10, "Nationality"},
    {11, "Sex"},         {12, "OptionalData"},     {13, "BirthName"},         {15, "DateOfIssuance"}, {17, "PlaceOfResidence"},
    {18, "CommunityID"}, {19, "ResidencePermitI"}, {20, "ResidencePermitII"}, {21, "PhoneNumber"},    {22, "EmailAddress"},
}};

QString text(std::string_view utf8) { return QString::fromUtf8(utf8.data(), qsizetype(utf8.size())); }

QString date(std::string_view digits) // YYYYMMDD; unknown day or month: cut off
{
    std::string out(digits.substr(0, 4));
    if (digits[4] != ' ') out += '-' + std::string(digits.substr(4, 2));
    if (digits[4] != ' ' && digits[6] != ' ') out += '-' + std::string(digits.substr(6, 2)) + "+00:00";
    return text(out);
}

QJsonValue place(int dataGroup, const Place& place)
{
    if (dataGroup == 19 || dataGroup == 20) return text(place.text); // residence permits are plain texts
    if (place.kind == Place::Kind::FreeText) return QJsonObject{{"FreetextPlace", text(place.text)}};
    if (place.kind == Place::Kind::None) return QJsonObject{{"NoPlaceInfo", text(place.text)}};
    QJsonObject fields;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) fields[QLatin1String(name)] = text(value);
    };
    add("Street", place.street);
    add("ZipCode", place.zipCode);
    add("City", place.city);
    add("State", place.state);
    add("Country", place.country);
    return QJsonObject{{"StructuredPlace", fields}};
}

QJsonValue json(int dataGroup, const DataGroupValue& value)
{
    const bool isDate = dataGroup == 3 || dataGroup == 8 || dataGroup == 15;
    if (const auto* words = std::get_if<std::string>(&value)) return isDate ? date(*words) : text(*words);
    if (const auto* where = std::get_if<Place>(&value)) return place(dataGroup, *where);
    return text(toHex(std::get<Bytes>(value)));
}

QJsonObject result(const std::optional<paos::ResultOf>& outcome)
{
    const auto shown = outcome.value_or(paos::ResultOf::error("/al/common#internalError", "the login has not been completed"));
    QJsonObject object{{"ResultMajor", text(shown.major)}};
    if (!shown.minor.empty()) object["ResultMinor"] = text(shown.minor);
    return object;
}

} // namespace

std::string selfAuthenticationJson(const SessionRecord& record)
{
    QJsonObject root{{"Result", result(record.outcome)}};
    if (record.outcome && record.outcome->isOk())
    {
        QJsonObject data, operations;
        for (const auto& [number, name] : entries)
        {
            const auto file = record.dataGroups.find(number);
            const auto value = file == record.dataGroups.end() ? std::nullopt : readDataGroup(number, file->second.view());
            if (value) data[QLatin1String(name)] = json(number, *value);
            const auto* without = record.effective.has(readRight(number)) ? "NOTONCHIP" : "PROHIBITED";
            operations[QLatin1String(name)] = QLatin1String(value ? "ALLOWED" : without);
        }
        const auto operation = [&](const char* name, bool done) { operations[QLatin1String(name)] = QLatin1String(done ? "ALLOWED" : "PROHIBITED"); };
        operation("AgeVerification", record.ageVerified.has_value());
        operation("PlaceVerification", record.communityVerified.has_value());
        operation("RestrictedID", !record.pseudonym.empty());
        if (!record.pseudonym.empty()) data["RestrictedID"] = QJsonObject{{"ID", text(toHex(record.pseudonym.view()))}};
        if (record.ageVerified) root["FulfilsAgeVerification"] = QJsonObject{{"FulfilsRequest", *record.ageVerified}};
        if (record.communityVerified) root["FulfilsPlaceVerification"] = QJsonObject{{"FulfilsRequest", *record.communityVerified}};
        if (record.documentValid) root["DocumentValidity"] = QJsonObject{{"Status", QLatin1String(*record.documentValid ? "valid" : "expired")}};
        root["PersonalData"] = data;
        root["OperationsAllowedByUser"] = operations;
    }
    return QJsonDocument(root).toJson(QJsonDocument::Compact).toStdString();
}

} // namespace eidkern::lab
