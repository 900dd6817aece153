#include "network/client_profile.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "network/tls_profiles.h"

namespace eidkern::network
{

static const QJsonArray& profiles()
{
    static const auto all = QJsonDocument::fromJson(QByteArray(tlsProfilesJson)).array();
    return all;
}

static std::vector<std::string> texts(const QJsonValue& array)
{
    std::vector<std::string> all;
    for (const auto& each : array.toArray()) all.push_back(each.toString().toStdString());
    return all;
}

static std::shared_ptr<const TlsOffer> offerOf(const QJsonValue& offer)
{
    return std::make_shared<TlsOffer>(texts(offer[u"suites"]), texts(offer[u"groups"]), texts(offer[u"signatures"]), offer[u"ocspStapling"].toBool());
}

std::optional<ClientProfile> clientProfile(std::string_view name)
{
    for (const auto& each : profiles())
    {
        if (each[u"name"].toString().toStdString() != name) continue;
        const auto keys = each[u"smallestKeys"];
        return ClientProfile{
            offerOf(each[u"server"]), offerOf(each[u"rsaPsk"]), {keys[u"rsa"].toInt(), keys[u"dsa"].toInt(), keys[u"dh"].toInt(), keys[u"ec"].toInt()}};
    }
    return {};
}

std::vector<std::string> clientProfileNames()
{
    std::vector<std::string> names;
    for (const auto& each : profiles()) names.push_back(each[u"name"].toString().toStdString());
    return names;
}

} // namespace eidkern::network
