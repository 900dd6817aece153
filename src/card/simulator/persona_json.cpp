#include "card/simulator/persona_json.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "core/clock.h"

namespace eidkern::card
{

namespace
{

constexpr std::size_t mostJson = 1 << 20;

template<typename T> using Read = tl::expected<T, std::string>; // or what was expected; never the value that was there

Read<std::string> checkedText(const QJsonValue& value, std::string_view expected, bool (*fits)(char))
{
    if (!value.isString()) return tl::unexpected(std::string(expected));
    auto text = value.toString().toStdString();
    if (!std::ranges::all_of(text, fits)) return tl::unexpected(std::string(expected));
    return text;
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isPrintable(char c) // PrintableString, X.680 41.4
{
    return isDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
}

Read<std::string> anyText(const QJsonValue& value)
{
    return checkedText(value, "a text", [](char) { return true; });
}
Read<std::string> ascii(const QJsonValue& value)
{
    return checkedText(value, "a text of ASCII characters", [](char c) { return c >= 0x20 && c < 0x7F; });
}
Read<std::string> printable(const QJsonValue& value) { return checkedText(value, "a text of letters A to Z, digits and simple punctuation", isPrintable); }

Read<Secret> digits(const QJsonValue& value, std::size_t least, std::size_t most)
{
    const auto expected = "a text of " + (least == most ? "" : std::to_string(least) + " or ") + std::to_string(most) + " digits";
    const auto text = checkedText(value, expected, isDigit);
    if (!text || text->size() < least || text->size() > most) return tl::unexpected(expected);
    return Secret(*text);
}

Read<int> number(const QJsonValue& value, int most)
{
    const int out = value.toInt(-1);
    if (out < 0 || out > most) return tl::unexpected("a whole number from 0 to " + std::to_string(most));
    return out;
}

Read<bool> yesOrNo(const QJsonValue& value)
{
    if (!value.isBool()) return tl::unexpected<std::string>("true or false");
    return value.toBool();
}

// YYYYMMDD, blanks for what is not known.
Read<std::string> date(const QJsonValue& value, bool mayBePartial)
{
    const std::string expected = mayBePartial ? "a date like \"1964-08-12\", \"1964-08\" or \"1964\"" : "a date like \"2034-03-31\"";
    const auto refused = tl::unexpected(expected);
    const auto text = checkedText(value, expected, [](char c) { return isDigit(c) || c == '-'; });
    if (!text || (text->size() != 10 && !(mayBePartial && (text->size() == 7 || text->size() == 4)))) return refused;
    std::string compacted;
    for (std::size_t i = 0; i < text->size(); ++i)
    {
        const bool dash = i == 4 || i == 7;
        if (dash == isDigit((*text)[i])) return refused;
        if (!dash) compacted += (*text)[i];
    }
    const auto whole = compacted + std::string("0101").substr(compacted.size() - 4);
    if (!validDate(std::stoi(whole.substr(0, 4)), std::stoi(whole.substr(4, 2)), std::stoi(whole.substr(6, 2)))) return refused;
    compacted.resize(8, ' ');
    return compacted;
}
Read<std::string> wholeDate(const QJsonValue& value) { return date(value, false); }
Read<std::string> partialDate(const QJsonValue& value) { return date(value, true); }

Read<Place> place(const QJsonValue& value)
{
    const auto refused = tl::unexpected<std::string>(
        "a text, {\"none\": reason}, or an object with \"city\", \"country\" and optionally \"street\", \"zipCode\", \"state\"");
    if (value.isString()) return FreeTextPlace{*anyText(value)};
    const auto object = value.toObject();
    if (object.size() == 1 && object["none"].isString()) return NoPlace{*anyText(object["none"])};
    StructuredPlace out;
    for (auto it = object.begin(); it != object.end(); ++it)
    {
        const auto key = it.key();
        const bool coded = key == "country" || key == "zipCode";
        auto* member = key == "city" ? &out.city : key == "street" ? &out.street : key == "state" ? &out.state : key == "country" ? &out.country : &out.zipCode;
        auto text = coded ? printable(*it) : anyText(*it);
        if (!text || (member == &out.zipCode && key != "zipCode")) return refused;
        *member = std::move(*text);
    }
    if (out.city.empty() || out.country.empty()) return refused;
    return out;
}

Read<Bytes> hex(const QJsonValue& value)
{
    const auto text = anyText(value);
    auto bytes = text ? fromHex(*text) : std::nullopt;
    if (!bytes || bytes->empty()) return tl::unexpected<std::string>("hex digits, an even number of them");
    return std::move(*bytes);
}

std::string readEidType(Persona& out, const QJsonValue& value)
{
    for (const auto type : {EidType::CardCertified, EidType::SeCertified, EidType::SeEndorsed, EidType::HwKeyStore})
    {
        if (value.toString().toStdString() != name(type)) continue;
        out.protocols.eidType = type;
        return {};
    }
    return "CardCertified, SECertified, SEEndorsed or HWKeyStore";
}

struct CipherOnCurve
{
    std::size_t keySize; // bytes of AES
    int parameterId;
};

Read<CipherOnCurve> cipherOnCurve(const QJsonValue& value)
{
    static constexpr std::array<std::pair<std::string_view, std::size_t>, 3> ciphers{{{"AES-128", 16}, {"AES-192", 24}, {"AES-256", 32}}};
    const auto object = value.toObject();
    const auto wanted = object["cipher"].toString().toStdString();
    const auto cipher = std::ranges::find(ciphers, wanted, &std::pair<std::string_view, std::size_t>::first);
    const int parameterId = object["parameterId"].toInt(-1);
    if (object.size() != 2 || cipher == ciphers.end() || !Curve::standard(parameterId))
        return tl::unexpected<std::string>("{\"cipher\": \"AES-128\", \"AES-192\" or \"AES-256\", \"parameterId\": a curve from 8 to 18 that this OpenSSL has}");
    return CipherOnCurve{cipher->second, parameterId};
}

std::string readPace(Persona& out, const QJsonValue& value)
{
    const auto chosen = cipherOnCurve(value);
    if (!chosen) return chosen.error();
    out.protocols.pace = paceEcdhGm(chosen->keySize, chosen->parameterId);
    return {};
}

std::string readChipAuthentication(Persona& out, const QJsonValue& value)
{
    const auto chosen = cipherOnCurve(value);
    if (!chosen) return chosen.error();
    out.protocols.chipAuthentication = {chosen->keySize, chosen->parameterId};
    return {};
}

std::optional<ScriptedAnswer> scriptedAnswer(const QString& key, const QJsonValue& value)
{
    const auto answer = value.isString() ? fromHex(value.toString().toStdString()) : std::nullopt;
    const bool isIndex = !key.isEmpty() && key.size() <= 3 && std::ranges::all_of(key, [](QChar c) { return c >= '0' && c <= '9'; });
    const auto prefix = isIndex ? std::nullopt : fromHex(key.toStdString());
    if (!answer || answer->size() == 1 || (!isIndex && (!prefix || prefix->size() < 2))) return {};
    return ScriptedAnswer{isIndex ? std::optional(key.toInt()) : std::nullopt, prefix.value_or(Bytes()), *answer};
}

std::optional<std::vector<AtPad>> deedsAtPad(const QJsonValue& value)
{
    static const std::map<QString, AtPad> deeds{
        {"right", AtPad::Right}, {"wrong", AtPad::Wrong}, {"short", AtPad::Short}, {"cancel", AtPad::Cancel}, {"nothing", AtPad::Nothing}};
    if (!value.isArray()) return {};
    std::vector<AtPad> all;
    for (const auto& each : value.toArray())
    {
        const auto deed = deeds.find(each.toString());
        if (deed == deeds.end()) return {};
        all.push_back(deed->second);
    }
    return all;
}

std::string readScript(Persona& out, const QJsonValue& value)
{
    std::string expected = "{\"delayMs\": 0..60000, \"removeAtApdu\": number, \"answers\": {\"number or hex\": \"hex\"}, "
                           "\"pad\": [\"right\", \"wrong\", \"short\", \"cancel\" or \"nothing\"]}, each of them optional,";
    if (!value.isObject()) return expected;
    const auto object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it)
    {
        const auto delay = number(*it, 60'000), apdu = number(*it, 100'000);
        if (it.key() == "delayMs" && delay) out.script.delay = std::chrono::milliseconds(*delay);
        else if (it.key() == "removeAtApdu" && apdu) out.script.removeAtApdu = *apdu;
        else if (it.key() == "pad" && deedsAtPad(*it)) out.script.pad = deedsAtPad(*it);
        else if (it.key() != "answers" || !it->isObject()) return expected;
    }
    const auto answers = object["answers"].toObject();
    for (auto it = answers.begin(); it != answers.end(); ++it)
    {
        const auto answer = scriptedAnswer(it.key(), *it);
        if (!answer) return expected;
        out.script.answers.push_back(*answer);
    }
    return {};
}

Read<std::string> documentNumber(const QJsonValue& value)
{
    const std::string expected = "a text of 9 letters A to Z and digits";
    auto text = checkedText(value, expected, [](char c) { return isDigit(c) || (c >= 'A' && c <= 'Z'); });
    if (!text || text->size() != 9) return tl::unexpected(expected);
    return text;
}

struct Key
{
    const char* name;
    std::function<std::string(Persona&, const QJsonValue&)> read; // what was expected, or empty: it fits
    bool required = false;
};

// A key whose value `read` turns into a member of the persona.
template<typename Member, typename Reader>
Key key(const char* name, Member Persona::* member, Reader read, bool required = false)
{
    const auto take = [=](Persona& out, const QJsonValue& value) {
        auto result = read(value);
        if (!result) return result.error();
        out.*member = std::move(*result);
        return std::string();
    };
    return {name, take, required};
}

template<auto Least, auto Most>
Read<Secret> password(const QJsonValue& value)
{
    return digits(value, Least, Most);
}
template<int Most>
Read<int> upTo(const QJsonValue& value)
{
    return number(value, Most);
}

const std::vector<Key>& keys()
{
    static const std::vector<Key> all{
        {"description", [](Persona&, const QJsonValue& value) { return value.isString() ? "" : "a text"; }},
        key("pin", &Persona::pin, password<5, 6>, true),
        key("can", &Persona::can, password<6, 6>, true),
        key("puk", &Persona::puk, password<10, 10>, true),
        key("pinTriesLeft", &Persona::pinTriesLeft, upTo<3>),
        key("pukUsesLeft", &Persona::pukUsesLeft, upTo<10>),
        key("pinDeactivated", &Persona::pinDeactivated, yesOrNo),
        {"eidType", readEidType},
        {"pace", readPace},
        {"chipAuthentication", readChipAuthentication},
        key("extendedLength", &Persona::extendedLength, yesOrNo),
        {"script", readScript},
        key("documentNumber", &Persona::documentNumber, documentNumber),
        key("documentType", &Persona::documentType, printable),
        key("issuingState", &Persona::issuingState, printable),
        key("dateOfExpiry", &Persona::dateOfExpiry, wholeDate),
        key("givenNames", &Persona::givenNames, anyText),
        key("familyNames", &Persona::familyNames, anyText),
        key("artisticName", &Persona::artisticName, anyText),
        key("academicTitle", &Persona::academicTitle, anyText),
        key("dateOfBirth", &Persona::dateOfBirth, partialDate),
        key("placeOfBirth", &Persona::placeOfBirth, place),
        key("nationality", &Persona::nationality, printable),
        key("sex", &Persona::sex, printable),
        key("birthName", &Persona::birthName, anyText),
        key("dateOfIssuance", &Persona::dateOfIssuance, wholeDate),
        key("residence", &Persona::residence, place),
        key("communityId", &Persona::communityId, hex),
        key("residencePermitI", &Persona::residencePermit1, anyText),
        key("residencePermitII", &Persona::residencePermit2, anyText),
        key("phoneNumber", &Persona::phoneNumber, printable),
        key("emailAddress", &Persona::emailAddress, ascii),
    };
    return all;
}

std::string listOfKeys()
{
    std::string list;
    for (const auto& known : keys()) list += (list.empty() ? "" : ", ") + std::string(known.name);
    return list;
}

std::string inLine(std::string_view json, std::size_t position)
{
    return " (line " + std::to_string(1 + std::ranges::count(json.substr(0, position), '\n')) + ")";
}

std::string atKey(std::string_view json, const std::string& named)
{
    const auto position = json.find('"' + named + '"');
    return "persona key \"" + named + "\"" + (position == std::string_view::npos ? "" : inLine(json, position)) + ": ";
}

} // namespace

tl::expected<Persona, std::string> parsePersona(std::string_view json)
{
    if (json.size() > mostJson) return tl::unexpected<std::string>("persona: the file is larger than 1 MiB");
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(QByteArray(json.data(), qsizetype(json.size())), &error);
    if (document.isNull())
        return tl::unexpected("persona is not JSON: " + error.errorString().toStdString() + inLine(json, std::size_t(std::max(error.offset, 0))));
    if (!document.isObject()) return tl::unexpected<std::string>("persona: a JSON object is expected");

    const auto object = document.object();
    Persona persona;
    for (auto it = object.begin(); it != object.end(); ++it)
    {
        const auto name = it.key().toStdString();
        const auto known = std::ranges::find(keys(), name, [](const Key& each) { return std::string_view(each.name); });
        if (known == keys().end()) return tl::unexpected(atKey(json, name) + "not known; known are " + listOfKeys());
        if (const auto expected = known->read(persona, *it); !expected.empty()) return tl::unexpected(atKey(json, name) + expected + " is expected");
    }
    for (const auto& each : keys())
        if (each.required && !object.contains(QLatin1String(each.name))) return tl::unexpected("persona key \"" + std::string(each.name) + "\" is missing");
    if (!persona.documentNumber.empty() && (!persona.dateOfBirth || !persona.dateOfExpiry))
        return tl::unexpected<std::string>("persona key \"documentNumber\" needs \"dateOfBirth\" and \"dateOfExpiry\" beside it");
    return persona;
}

} // namespace eidkern::card
