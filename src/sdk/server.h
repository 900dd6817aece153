// The port, filled with those who answer there.
#pragma once
#include "eidkern/activation.h"
#include "sdk/conversation.h"

namespace eidkern::sdk
{

// `local` takes browsers' logins while no WebSocket client is connected; `service` is for these clients. Each may be null.
tl::expected<std::unique_ptr<ActivationServer>, ActivationServer::Fault> listen(ServerSettings settings, std::unique_ptr<Activator> local,
                                                                                std::unique_ptr<Service> service);

} // namespace eidkern::sdk
