#include "sdk/activation.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>
#include <algorithm>
#include <array>

#include "network/url.h"

namespace eidkern::sdk
{

bool namesUs(const network::HttpParser& request, const std::string& address, std::uint16_t port)
{
    if (request.count("Host") != 1) return false;
    std::string host(request.header("Host"));
    std::ranges::transform(host, host.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    const auto at = ":" + std::to_string(port);
    return host == "127.0.0.1" + at || host == "localhost" + at || host == "[::1]" + at || host == address + at;
}

bool bears(const network::HttpParser& request, const Secret& token)
{
    static constexpr std::string_view scheme = "Bearer ";
    const auto value = request.header("Authorization");
    if (token.empty() || request.count("Authorization") != 1 || !value.starts_with(scheme)) return false;
    return Secret(value.substr(scheme.size())) == token;
}

static bool isKey(const QString& key, const char* name) { return key.compare(QLatin1String(name), Qt::CaseInsensitive) == 0; }

Action actionOf(std::string_view target)
{
    const auto question = std::min(target.find('?'), target.size());
    const auto path = target.substr(0, question);
    if (path == "/favicon.ico" || path == "/images/icon.svg") return Icon{};
    if (path != "/eID-Client") return Unknown{};
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

static std::array<std::pair<const char*, std::string_view>, 7> status(const ProductIdentity& identity)
{
    return {{{"Implementation-Title", identity.title},
             {"Implementation-Vendor", identity.vendor},
             {"Implementation-Version", identity.version},
             {"Name", identity.name},
             {"Specification-Title", "TR-03124-1"},
             {"Specification-Vendor", "Federal Office for Information Security"},
             {"Specification-Version", "1.4"}}};
}

std::string statusText(const ProductIdentity& identity)
{
    std::string text;
    for (const auto& [key, value] : status(identity)) text.append(key).append(": ").append(value).append("\n");
    return text;
}

std::string statusJson(const ProductIdentity& identity)
{
    QJsonObject object;
    for (const auto& [key, value] : status(identity)) object.insert(QString::fromLatin1(key), QString::fromUtf8(value.data(), qsizetype(value.size())));
    return QJsonDocument(object).toJson().toStdString();
}

const std::string_view icon =
    R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="1" y="3" width="14" height="10" rx="2" fill="#1f4e79"/>)"
    R"(<circle cx="5" cy="7" r="1.6" fill="#fff"/><path d="M2.6 11a2.4 2.4 0 0 1 4.8 0zM9 6h4v1.2H9zM9 8.6h4v1.2H9z" fill="#fff"/></svg>)";

std::optional<std::string> safeLocation(std::string_view address)
{
    const auto url = network::parseUrl(address);
    const bool plain = url && std::ranges::all_of(url->text, [](char c) { return c > 0x20 && c < 0x7F; });
    return plain ? std::optional(url->text) : std::nullopt;
}

} // namespace eidkern::sdk
