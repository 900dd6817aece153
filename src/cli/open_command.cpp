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

static ExitCode openLink(const std::string& eidLink, std::uint16_t port)
{
    const auto url = activationUrl(eidLink, port);
    if (!url) return complain("no link to an eID client; such a one is eid://127.0.0.1:24727/eID-Client?tcTokenURL=..."), ExitCode::Usage;
    if (const auto owner = portOwner(port); !owner || owner->name.empty())
        return complain("no eID client answers at port " + std::to_string(port) + " of this machine. Start one with `eidkern serve`, and open the link again."),
               ExitCode::Client;
    if (QProcess::startDetached(QStringLiteral("xdg-open"), {QString::fromStdString(*url)})) return ExitCode::Success;
    return complain("xdg-open, which starts the browser, is not there (Debian: xdg-utils). The address is: " + *url), ExitCode::Client;
}

void addOpenCommand(CLI::App& app, ExitCode& result)
{
    struct Options
    {
        std::string link;
        std::uint16_t port = ActivationServer::usualPort; // of the client
    };
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("open", "take a link eid://... to the eID client that listens on this machine, by way of the browser");
    command->add_option("LINK", options->link, "eid://127.0.0.1:24727/eID-Client?tcTokenURL=...")->required();
    command->add_option("--port", options->port, "port of the eID client")->type_name("N")->check(CLI::Range(1, 65535))->capture_default_str();
    command->callback([options, &result] { result = openLink(options->link, options->port); });
}

} // namespace eidkern::cli
