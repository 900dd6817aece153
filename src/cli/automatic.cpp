#include "cli/automatic.h"

#include <QUrl>
#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace eidkern::cli
{

static std::optional<Secret> takeFromEnvironment(const Identity& identity, const std::string& name)
{
    std::optional<Secret> secret;
    for (const auto& prefix : identity.environmentPrefixes)
    {
        char* value = std::getenv((prefix + name).c_str());
        if (!value) continue;
        if (!secret && *value) secret.emplace(std::string_view(value));
        ::explicit_bzero(value, std::strlen(value)); // in /proc/<pid>/environ too
    }
    return secret;
}

Automatic Automatic::fromEnvironment(const Identity& identity, std::vector<std::string> origins)
{
    auto on = environmentOf(identity, "AUTOMATIC_DEVELOPERMODE").value_or("");
    std::ranges::transform(on, on.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    return {std::move(origins),
            takeFromEnvironment(identity, "_AUTOMATIC_PIN"),
            takeFromEnvironment(identity, "_AUTOMATIC_CAN"),
            takeFromEnvironment(identity, "_AUTOMATIC_PUK"),
            on == "true" || on == "on" || on == "1",
            environmentOf(identity, "AUTOMATIC_SIMULATOR").value_or("")};
}

bool Automatic::mayAnswer(const ServiceDescription& service) const
{
    const auto origin = originOf(service.url);
    return origin && std::ranges::find(origins, *origin) != origins.end();
}

std::optional<Secret> Automatic::take(const PasswordAsked& question)
{
    auto& secret = question.password == Password::Can ? can : question.password == Password::Puk ? puk : pin;
    if (question.wrongBefore) secret.reset();
    return secret ? std::optional(secret->clone()) : std::nullopt;
}

std::optional<std::string> originOf(const std::string& address)
{
    const QUrl url(QString::fromStdString(address), QUrl::StrictMode);
    if (!url.isValid() || url.scheme() != u"https" || url.host().isEmpty() || !url.userInfo().isEmpty()) return {};
    return QStringLiteral("https://%1:%2").arg(url.host(QUrl::FullyEncoded)).arg(url.port(443)).toStdString();
}

} // namespace eidkern::cli
