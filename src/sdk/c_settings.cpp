#include "sdk/c_settings.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <map>

#include "eidkern/engine.h"
#include "eidkern/log_file.h"
#include "eidkern/trust_store.h"

namespace eidkern::sdk
{

namespace
{

using Good = tl::expected<void, std::string>;

auto wrong(const std::string& sentence) { return tl::unexpected(sentence); }

Good readAnchors(const QJsonValue& value, Pki pki, JsonApiSettings& settings)
{
    if (!value.isArray()) return wrong("is no array of files");
    for (const auto& each : value.toArray())
    {
        constexpr qint64 longest = 64 * 1024;
        QFile file(each.toString());
        if (!file.open(QIODevice::ReadOnly)) return wrong(file.fileName().toStdString() + ": " + file.errorString().toStdString());
        const auto content = file.read(longest);
        const auto anchor = TrustAnchor::parse({reinterpret_cast<const std::uint8_t*>(content.data()), std::size_t(content.size())}, pki);
        if (!anchor) return wrong(file.fileName().toStdString() + ": " + anchor.error());
        settings.trustAnchors.push_back(*anchor);
    }
    return {};
}

Good readFlag(const QJsonValue& value, bool& flag)
{
    if (!value.isBool()) return wrong("is neither true nor false");
    flag = value.toBool();
    return {};
}

Good readName(const QJsonValue& value, const std::vector<std::string>& names, std::string& name)
{
    name = value.toString().toStdString();
    if (std::ranges::find(names, name) == names.end()) return wrong("is none of those that there are");
    return {};
}

Good readGrace(const QJsonValue& value, std::chrono::milliseconds& grace)
{
    const auto seconds = value.toInt(-1);
    if (seconds < 0 || seconds > 60) return wrong("is no number of seconds from 0 to 60");
    grace = std::chrono::seconds(seconds);
    return {};
}

Good readProxy(const QJsonValue& value, ProxyFor& proxyFor)
{
    const auto object = value.toObject();
    const auto host = object["host"].toString().toStdString(), user = object["user"].toString().toStdString();
    const auto port = object["port"].toInt();
    for (const auto& key : object.keys())
        if (key != "host" && key != "port" && key != "user" && key != "password") return wrong("has the unknown key '" + key.toStdString() + "'");
    if (host.empty() || port < 1 || port > 65535) return wrong("is no object with host and port");
    const auto password = std::make_shared<const Secret>(object["password"].toString().toStdString());
    proxyFor = [=](const std::string&, std::uint16_t) { return Proxy{host, std::uint16_t(port), user, password->clone()}; };
    return {};
}

Good openLog(const QJsonValue& value, std::function<void(const std::string&)>& log)
{
    auto file = LogFile::append(value.toString().toStdString());
    if (!file) return wrong(file.error());
    log = std::move(*file);
    return {};
}

// As the command line's: roots, and link certificates, which are kept there. What is wrong with it now is told; what cannot be kept later is not.
Good openTrustStore(const QJsonValue& value, JsonApiSettings& settings)
{
    const auto folder = value.toString().toStdString();
    if (folder.empty()) return wrong("is no folder");
    const auto complaint = std::make_shared<std::string>();
    const TrustStore store(folder, [complaint](const std::string& sentence) { *complaint = sentence; });
    const auto kept = store.all();
    std::ranges::move(store.rootsOf(kept), std::back_inserter(settings.trustAnchors));
    settings.linkCertificates = linksOf(kept);
    settings.linkLearned = [store](const std::vector<std::uint8_t>& certificate) { store.keepLearned(certificate); };
    if (!complaint->empty()) return wrong(*complaint);
    return {};
}

} // namespace

tl::expected<JsonApiSettings, std::string> settingsOf(std::string_view json)
{
    JsonApiSettings settings{};
    if (json.empty()) return settings;
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(QByteArray(json.data(), qsizetype(json.size())), &error);
    if (!document.isObject()) return wrong("the settings are no JSON object: " + error.errorString().toStdString());

    const std::map<QString, std::function<Good(const QJsonValue&)>> readers{
        {"trustAnchors", [&](const auto& value) { return readAnchors(value, Pki::Production, settings); }},
        {"testTrustAnchors", [&](const auto& value) { return readAnchors(value, Pki::Test, settings); }},
        {"trustStore", [&](const auto& value) { return openTrustStore(value, settings); }},
        {"simulator", [&](const auto& value) { return readFlag(value, settings.simulator); }},
        {"basicReader", [&](const auto& value) { return readFlag(value, settings.basicReader); }},
        {"persona", [&](const auto& value) { return readName(value, SimulatedCard::builtInPersonas(), settings.persona); }},
        {"pcscReaders", [&](const auto& value) { return readFlag(value, settings.pcscReaders); }},
        {"multi", [&](const auto& value) { return readFlag(value, settings.multi); }},
        {"tlsProfile", [&](const auto& value) { return readName(value, tlsProfiles(), settings.tlsProfile); }},
        {"proxy", [&](const auto& value) { return readProxy(value, settings.proxy); }},
        {"logFile", [&](const auto& value) { return openLog(value, settings.log); }},
        {"graceSeconds", [&](const auto& value) { return readGrace(value, settings.grace); }},
    };
    const auto object = document.object();
    for (auto each = object.begin(); each != object.end(); ++each)
    {
        const auto reader = readers.find(each.key());
        if (reader == readers.end()) return wrong("there is no setting '" + each.key().toStdString() + "'");
        if (const auto good = reader->second(each.value()); !good) return wrong("the setting '" + each.key().toStdString() + "' " + good.error());
    }
    return settings;
}

} // namespace eidkern::sdk
