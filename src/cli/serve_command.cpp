#include "cli/serve_command.h"

#include <QEventLoop>

#include "cli/client.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "eidkern/activation.h"

namespace eidkern::cli
{

static ExitCode explain(const ActivationServer::Fault& fault, std::uint16_t port)
{
    const auto where = "port " + std::to_string(port) + " of this machine";
    if (fault.kind != ActivationServer::Fault::Kind::PortTaken) return complain(where + " cannot be used: " + fault.detail), ExitCode::Port;
    complain(where + " belongs to another program, probably another eID client (such as the AusweisApp) or another eidkern serve. End that one first"
             + (port == ActivationServer::usualPort ? "; services expect the eID client at this port." : ", or choose another port with --port."));
    return ExitCode::Port;
}

ExitCode serve(const LoginOptions& options, std::uint16_t port)
{
    if (!mayConsent(options)) return ExitCode::Usage;
    auto anchors = anchorsOf(options);
    const auto card = anchors ? cardOf(options.card, *anchors) : std::nullopt;
    if (!card) return ExitCode::Usage;
    const auto view = viewFor(options);
    const auto client = Client::make(options, std::move(*anchors), *card, *view);
    if (!client) return ExitCode::Usage;

    QEventLoop loop;
    auto code = ExitCode::Success;
    bool leaving = false;
    const auto server = ActivationServer::listen({.port = port}, client->engine(), [&](Event& event) {
        if (client->handle(event) && leaving) loop.quit();
    });
    if (!server) return explain(server.error(), port);
    view->listening((*server)->port(), (*server)->ipv6());
    const Interrupt interrupt([&](int times) {
        if (times > 1) code = ExitCode::Internal;
        leaving = true;
        if (times > 1 || !client->engine().running()) return loop.quit();
        (*server)->refuse();
        client->cancel();
    });
    loop.exec();
    return code;
}

} // namespace eidkern::cli
