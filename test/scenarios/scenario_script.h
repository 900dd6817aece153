// How a scenario of *.json is written, on the side of what is done: when something happens, what the service does wrong, and which
// lab, card and trust points the login meets.
#pragma once
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include "lab/variants.h"
#include "network/paos_codec.h"
#include "network/tc_token_codec.h"
#include "scenarios/login_bench.h"

namespace eidkern::test
{

// "eid-server 2" is its second request (or connection), "service 1" the eService's first, "redirector 2+" the redirector's second
// and all after it.
struct Trigger
{
    lab::Server server = lab::Server::EService;
    int number = 0;
    bool andAfter = false;
    bool is(lab::Server s, int n) const { return number > 0 && s == server && (n == number || (andAfter && n > number)); }
};

inline Trigger trigger(const QJsonValue& text)
{
    const auto words = text.toString().split(' ');
    if (words.size() != 2) return {};
    static const std::map<QString, lab::Server> servers{
        {"eid-server", lab::Server::EidServer}, {"service", lab::Server::EService}, {"redirector", lab::Server::Redirector}};
    const bool andAfter = words[1].endsWith('+');
    return {servers.at(words[0]), words[1].chopped(andAfter).toInt(), andAfter};
}

inline std::string paosEnd(const QString& minor) // or "ok"
{
    auto result = minor == "ok" ? paos::ResultOf() : paos::ResultOf::error(minor.toStdString(), "scripted");
    return network::encode(paos::ServerMessage{"urn:uuid:scripted", paos::StartPaosResponse{std::move(result)}});
}

inline std::string transmit(const QJsonObject& size) // a message with so many APDUs, and so many bytes beside them
{
    const paos::InputApdu apdu{{0x00, 0x84, 0x00, 0x00, 0x08}, {}};
    const std::string padding(std::size_t(size["padding"].toInt()), 'x');
    return network::encode(
        paos::ServerMessage{"urn:uuid:scripted", paos::Transmit{padding, std::vector<paos::InputApdu>(std::size_t(size["apdus"].toInt()), apdu)}});
}

inline QString withOrigins(QString text, const lab::Lab& lab)
{
    const auto service = QString::fromStdString(lab.startPageUrl()).chopped(1);
    return text.replace("{service}", service).replace("{redirector}", QString::fromStdString(lab.redirectorOrigin()));
}

// "service": [{"at": "eid-server 3", "status": 500, "body": "...", "location": "...", "delivery": "close", "end": "/al/common#internalError"}]
inline void applyFault(const QJsonObject& fault, const lab::Lab& lab, lab::HttpAnswer& answer)
{
    using Delivery = lab::HttpAnswer::Delivery;
    static const std::map<QString, Delivery> deliveries{
        {"silence", Delivery::Silence}, {"close", Delivery::Close}, {"close-halfway", Delivery::CloseHalfway}, {"reset", Delivery::Reset}};
    if (fault.contains("status")) answer.status = fault["status"].toInt();
    if (fault.contains("body")) answer.body = fault["body"].toString().toStdString();
    if (fault.contains("padding")) answer.body.append(std::size_t(fault["padding"].toInt()), ' ');
    if (fault.contains("location")) answer.location = withOrigins(fault["location"].toString(), lab).toStdString();
    if (fault.contains("transmit"))
    {
        answer.status = 200;
        answer.body = transmit(fault["transmit"].toObject());
    }
    if (fault.contains("end")) answer.body = paosEnd(fault["end"].toString());
    if (fault.contains("emptied"))
        answer.body = QString::fromStdString(answer.body)
                          .replace(QRegularExpression("<" + fault["emptied"].toString() + ">[^<]*"), "<" + fault["emptied"].toString() + ">")
                          .toStdString();
    if (fault.contains("without"))
        answer.body = QString::fromStdString(answer.body)
                          .remove(QRegularExpression("<" + fault["without"].toString() + ">[^<]*</" + fault["without"].toString() + ">"))
                          .toStdString();
    if (fault["closeAfterwards"].toBool()) answer.closeAfterwards = true;
    if (fault.contains("delivery")) answer.delivery = deliveries.at(fault["delivery"].toString());
}

inline Bytes hex(const QString& text) { return fromHex(text.toStdString()).value(); }

// "variants": names as `eidkern lab --variants` lists them; "request": what has a value
inline lab::LabOptions optionsOf(const QJsonObject& scenario)
{
    lab::LabOptions options;
    std::vector<std::string> variants;
    for (const auto& each : scenario["variants"].toArray()) variants.push_back(each.toString().toStdString());
    if (const auto known = lab::apply(variants, options); !known) qFatal("%s", known.error().c_str());
    const auto asked = scenario["request"].toObject();
    auto& request = options.request;
    if (asked.contains("requiredAge")) request.requiredAge = asked["requiredAge"].toInt();
    if (asked.contains("communityId")) request.communityId = hex(asked["communityId"].toString());
    request.transactionInfo = asked["transactionInfo"].toString().toStdString();
    for (const auto& wanted : asked["acceptedEidTypes"].toArray())
        for (const auto type : {EidType::CardCertified, EidType::SeCertified, EidType::SeEndorsed, EidType::HwKeyStore})
            if (wanted.toString().toStdString() == name(type)) request.acceptedEidTypes.push_back(type);
    return options;
}

// "card": {"trusts": ["current", "former"]}: whose terminals the card accepts, its current trust point first
inline std::vector<TrustAnchor> trustPointsOf(const QJsonObject& card, const lab::Lab& lab)
{
    std::vector<TrustAnchor> points;
    for (const auto& each : card["trusts"].toArray())
        points.push_back(TrustAnchor::parse(each == "former" ? lab.pki().formerCvca.value().whole : lab.cvca().whole).value());
    return points.empty() ? anchorsOf(lab) : points;
}

inline std::vector<card::AtPad> deeds(const QJsonValue& names) // as a persona's script has them
{
    using enum card::AtPad;
    static const std::map<QString, card::AtPad> all{{"right", Right}, {"wrong", Wrong}, {"short", Short}, {"cancel", Cancel}, {"nothing", Nothing}};
    std::vector<card::AtPad> list;
    for (const auto& each : names.toArray()) list.push_back(all.at(each.toString()));
    return list;
}

// "persona": the name of a built-in one, "personaWith": keys that are added to it
inline std::string personaOf(const QJsonObject& scenario)
{
    const auto json = SimulatedCard::builtInPersona(scenario["persona"].toString("adult").toStdString());
    auto persona = QJsonDocument::fromJson(QByteArray(json.data(), qsizetype(json.size()))).object();
    const auto more = scenario["personaWith"].toObject();
    for (auto it = more.begin(); it != more.end(); ++it) persona[it.key()] = *it;
    return QJsonDocument(persona).toJson().toStdString();
}

} // namespace eidkern::test
