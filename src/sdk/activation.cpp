#include "sdk/activation.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>
#include <algorithm>
#include <array>

#include "core/version.h"
#include "network/url.h"

namespace eidkern::sdk
{

bool namesUs(const network::HttpParser& request, std::uint16_t port)
{
    if (request.count("Host") != 1) return false;
    std::string host(request.header("Host"));
    std::ranges::transform(host, host.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    const auto at = ":" + std::to_string(port);
    return host == "127.0.0.1" + at || host == "localhost" + at || host == "[::1]" + at;
}

static bool isKey(const QString& key, const char* name) { return key.compare(QLatin1String(name), Qt::CaseInsensitive) == 0; }

Action actionOf(std::string_view target)
{
    const auto question = std::min(target.find('?'), target.size());
    if (target.substr(0, question) != "/eID-Client") return Unknown{};
    const auto text = target.substr(std::min(question + 1, target.size()));
    const QUrlQuery query(QString::fromUtf8(text.data(), qsizetype(text.size())));
    const auto items = query.queryItems(QUrl::FullyDecoded);
    const auto known = std::ranges::find_if(
        items, [](const auto& item) { return isKey(item.first, "tcTokenURL") || isKey(item.first, "Status") || isKey(item.first, "ShowUI"); });
    if (known == items.end()) return Login{};
    if (isKey(known->first, "Status")) return Status{known->second.compare(QLatin1String("json"), Qt::CaseInsensitive) == 0};
    if (isKey(known->first, "ShowUI")) return ShowUi{};
    const auto exact = std::ranges::find(items, QStringLiteral("tcTokenURL"), &std::pair<QString, QString>::first);
    return exact == items.end() ? Login{} : Login{exact->second.toStdString()};
}

static const std::array<std::pair<const char*, std::string_view>, 7> status{{{"Implementation-Title", "eidkern"},
                                                                             {"Implementation-Vendor", "eidkern"},
                                                                             {"Implementation-Version", core::version},
                                                                             {"Name", "eidkern"},
                                                                             {"Specification-Title", "TR-03124-1"},
                                                                             {"Specification-Vendor", "Federal Office for Information Security"},
                                                                             {"Specification-Version", "1.4"}}};

std::string statusText()
{
    std::string text;
    for (const auto& [key, value] : status) text.append(key).append(": ").append(value).append("\n");
    return text;
}

std::string statusJson()
{
    QJsonObject object;
    for (const auto& [key, value] : status) object.insert(QString::fromLatin1(key), QString::fromUtf8(value.data(), qsizetype(value.size())));
    return QJsonDocument(object).toJson().toStdString();
}

std::optional<std::string> safeLocation(std::string_view address)
{
    const auto url = network::parseUrl(address);
    const bool plain = url && std::ranges::all_of(url->text, [](char c) { return c > 0x20 && c < 0x7F; });
    return plain ? std::optional(url->text) : std::nullopt;
}

} // namespace eidkern::sdk
