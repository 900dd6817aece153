#include "cli/own_data.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <array>

#include "cli/printable.h"

namespace eidkern::cli
{

namespace
{

struct Field
{
    const char* key;   // in PersonalData and OperationsAllowedByUser
    const char* right; // its label is the right's
};

constexpr std::array<Field, 14> fields{{
    {"FamilyNames", "FamilyName"},
    {"BirthName", "BirthName"},
    {"GivenNames", "GivenNames"},
    {"AcademicTitle", "DoctoralDegree"},
    {"DateOfBirth", "DateOfBirth"},
    {"PlaceOfBirth", "PlaceOfBirth"},
    {"PlaceOfResidence", "Address"},
    {"DocumentType", "DocumentType"},
    {"Nationality", "Nationality"},
    {"ArtisticName", "ArtisticName"},
    {"IssuingState", "IssuingCountry"},
    {"ResidencePermitI", "ResidencePermitI"},
    {"ResidencePermitII", "ResidencePermitII"},
    {"DateOfExpiry", "ValidUntil"},
}};

QString joined(const QStringList& parts, const QString& with)
{
    QStringList filled;
    for (const auto& part : parts)
        if (!part.isEmpty()) filled << part;
    return filled.join(with);
}

QString placeOf(const QJsonObject& place)
{
    if (place.contains(u"FreetextPlace")) return place.value(u"FreetextPlace").toString();
    if (place.contains(u"NoPlaceInfo")) return place.value(u"NoPlaceInfo").toString();
    const auto p = place.value(u"StructuredPlace").toObject();
    const auto city = joined({p.value(u"ZipCode").toString(), p.value(u"City").toString()}, QStringLiteral(" "));
    return joined({p.value(u"Street").toString(), city, p.value(u"State").toString(), p.value(u"Country").toString()}, QStringLiteral(", "));
}

QString dateOf(const QString& iso) // yyyy, yyyy-MM or yyyy-MM-dd, perhaps with a time zone behind it
{
    const auto parts = iso.section(u'+', 0, 0).split(u'-');
    const auto part = [&](qsizetype i) { return i < parts.size() ? parts[i] : QStringLiteral("xx"); };
    return part(2) + u'.' + part(1) + u'.' + part(0);
}

QString valueOf(const QString& key, const QJsonValue& value)
{
    if (value.isObject()) return placeOf(value.toObject());
    return key.startsWith(u"DateOf") ? dateOf(value.toString()) : value.toString();
}

} // namespace

std::vector<Row> rowsOf(const Secret& json, Language language)
{
    const auto all = QJsonDocument::fromJson(QByteArray::fromRawData(json.text().data(), qsizetype(json.size()))).object();
    const auto data = all.value(u"PersonalData").toObject(), allowed = all.value(u"OperationsAllowedByUser").toObject();
    std::vector<Row> rows;
    for (const auto& field : fields)
    {
        const auto key = QString::fromLatin1(field.key);
        const auto state = allowed.value(key).toString();
        if (state.isEmpty() || state == u"PROHIBITED") continue;
        const auto shown = state == u"ALLOWED" ? valueOf(key, data.value(key)).toStdString() : std::string(text(Text::NotOnChip, language));
        rows.push_back({rightLabel(field.right, language), shown.empty() ? "–" : printableLine(shown)});
    }
    const auto verdict = [&](const QString& result, const std::string& label) {
        const auto fulfilled = all.value(result).toObject().value(u"FulfilsRequest");
        if (fulfilled.isBool()) rows.push_back({label, std::string(text(fulfilled.toBool() ? Text::Yes : Text::No, language))});
    };
    verdict(QStringLiteral("FulfilsAgeVerification"), rightLabel("AgeVerification", language));
    verdict(QStringLiteral("FulfilsPlaceVerification"), rightLabel("AddressVerification", language));
    if (const auto validity = all.value(u"DocumentValidity").toObject().value(u"Status").toString(); !validity.isEmpty())
        rows.push_back({std::string(text(Text::NotExpired, language)), std::string(text(validity == u"valid" ? Text::Yes : Text::No, language))});
    const auto pseudonym = data.value(u"RestrictedID").toObject().value(u"ID").toString().toStdString();
    if (!pseudonym.empty()) rows.push_back({rightLabel("Pseudonym", language), printableLine(pseudonym)});
    return rows;
}

} // namespace eidkern::cli
