#include "cli/proxy_option.h"

#include <QString>
#include <QUrl>
#include <algorithm>
#include <cstdlib>
#include <memory>

#include "cli/files.h"
#include "cli/prompt.h"

namespace eidkern::cli
{

tl::expected<Proxy, std::string> parseProxy(std::string_view text)
{
    const auto given = QString::fromUtf8(text.data(), qsizetype(text.size()));
    const QUrl url(given.contains(QLatin1String("://")) ? given : QLatin1String("http://") + given, QUrl::StrictMode);
    if (url.scheme() == QLatin1String("https")) return tl::unexpected<std::string>("TLS to the proxy itself is not supported, only http://HOST:PORT");
    if (!url.isValid() || url.scheme() != QLatin1String("http")) return tl::unexpected<std::string>("http://HOST:PORT is needed");
    if (url.host().isEmpty() || url.port() < 1) return tl::unexpected<std::string>("host and port are needed: http://HOST:PORT");
    if ((!url.path().isEmpty() && url.path() != QLatin1String("/")) || url.hasQuery() || url.hasFragment())
        return tl::unexpected<std::string>("nothing may stand behind the port");
    const auto password = url.password(QUrl::FullyDecoded).toUtf8();
    return Proxy{url.host(QUrl::FullyEncoded).toStdString(), std::uint16_t(url.port()), url.userName(QUrl::FullyDecoded).toStdString(),
                 Secret(std::string_view(password.constData(), std::size_t(password.size())))};
}

static std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

static bool covers(std::string entry, const std::string& host, std::uint16_t port)
{
    if (entry == "*") return true;
    if (const auto colon = entry.find(':'); colon != std::string::npos && entry.find(':', colon + 1) == std::string::npos) // else an IPv6 address
    {
        if (entry.substr(colon + 1) != std::to_string(port)) return false;
        entry.resize(colon);
    }
    std::ranges::transform(entry, entry.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    if (entry.starts_with('.')) entry.erase(0, 1);
    return !entry.empty() && (host == entry || host.ends_with("." + entry));
}

bool isExempt(std::string_view noProxy, const std::string& host, std::uint16_t port)
{
    while (!noProxy.empty())
    {
        const auto one = noProxy.substr(0, noProxy.find(','));
        noProxy.remove_prefix(std::min(one.size() + 1, noProxy.size()));
        if (covers(std::string(trimmed(one)), host, port)) return true;
    }
    return false;
}

static std::string environment(const char* lower, const char* upper)
{
    for (const char* name : {lower, upper})
        if (const char* value = std::getenv(name); value && *value) return value;
    return {};
}

std::string proxyOfEnvironment() { return environment("https_proxy", "HTTPS_PROXY"); }

static bool takeCredentials(Proxy& proxy, int descriptor)
{
    const auto line = lineOf(descriptor, 512);
    const auto colon = line ? line->text().find(':') : std::string_view::npos;
    if (colon == std::string_view::npos || colon == 0) return complain("--proxy-credentials-fd: a line USER:PASSWORD is needed"), false;
    proxy.user = std::string(line->text().substr(0, colon));
    proxy.password = Secret(line->text().substr(colon + 1));
    return true;
}

std::optional<ProxyFor> proxyFor(const ProxyOptions& options)
{
    if (options.none) return ProxyFor();
    const bool ofEnvironment = options.url.empty();
    const auto text = ofEnvironment ? proxyOfEnvironment() : options.url;
    if (text.empty())
    {
        if (options.credentialsDescriptor < 0) return ProxyFor();
        return complain("--proxy-credentials-fd: no proxy is named"), std::nullopt;
    }
    auto parsed = parseProxy(text);
    if (!parsed)
        return complain((ofEnvironment ? "https_proxy: " : "--proxy: ") + parsed.error() + (ofEnvironment ? " (--no-proxy goes without)" : "")), std::nullopt;
    if (!ofEnvironment && !parsed->user.empty())
        return complain("--proxy: user and password are not given here, where others see them; use --proxy-credentials-fd or https_proxy"), std::nullopt;
    if (options.credentialsDescriptor >= 0 && !takeCredentials(*parsed, options.credentialsDescriptor)) return {};
    const auto proxy = std::make_shared<const Proxy>(std::move(*parsed));
    return [proxy, noProxy = environment("no_proxy", "NO_PROXY")](const std::string& host, std::uint16_t port) -> std::optional<Proxy> {
        if (isExempt(noProxy, host, port)) return {};
        return Proxy{proxy->host, proxy->port, proxy->user, proxy->password.clone()};
    };
}

} // namespace eidkern::cli
