#include "cli/open_command.h"

#include <QProcess>
#include <QUrl>

#include "cli/files.h"
#include "eidkern/activation.h"
#include "eidkern/port_owner.h"

namespace eidkern::cli
{

std::optional<std::string> activationUrl(const std::string& eidLink, std::uint16_t port)
{
    constexpr std::size_t longest = 8192;
    if (eidLink.size() > longest) return {};
    const QUrl link(QString::fromStdString(eidLink), QUrl::StrictMode);
    const bool named = link.host() == QLatin1String("127.0.0.1") || link.host() == QLatin1String("localhost");
    const bool usual = link.port(ActivationServer::usualPort) == ActivationServer::usualPort;
    if (!link.isValid() || link.scheme() != QLatin1String("eid") || !named || !usual || !link.userInfo().isEmpty()) return {};
    if (link.path(QUrl::FullyEncoded) != QLatin1String("/eID-Client") || !link.hasQuery()) return {};
    return "http://127.0.0.1:" + std::to_string(port) + "/eID-Client?" + link.query(QUrl::FullyEncoded).toStdString();
}

ExitCode openLink(const std::string& eidLink, std::uint16_t port)
{
    const auto url = activationUrl(eidLink, port);
    if (!url) return complain("no link to an eID client; such a one is eid://127.0.0.1:24727/eID-Client?tcTokenURL=..."), ExitCode::Usage;
    if (portOwner(port).name.empty())
        return complain("no eID client answers at port " + std::to_string(port) + " of this machine. Start one with `eidkern serve`, and open the link again."),
               ExitCode::Client;
    if (QProcess::startDetached(QStringLiteral("xdg-open"), {QString::fromStdString(*url)})) return ExitCode::Success;
    return complain("xdg-open, which starts the browser, is not there (Debian: xdg-utils). The address is: " + *url), ExitCode::Client;
}

} // namespace eidkern::cli
