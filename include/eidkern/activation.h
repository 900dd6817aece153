// Being started by a browser (TR-03124-1 2.2): GET http://127.0.0.1:24727/eID-Client?tcTokenURL=... on this machine starts a
// login, and its end answers the browser: a redirect to the service, or a page that says what went wrong.
// Also answered: ?Status, ?ShowUI. One login at a time, others get 409; after refuse() all get 503. Requests under any Host but a loopback name with our
// port are refused before anything else is looked at (DNS rebinding).
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "eidkern/engine.h"
#include "eidkern/export.h"

namespace eidkern
{

class ActivationServer
{
public:
    static constexpr std::uint16_t usualPort = 24727;

    struct Fault
    {
        bool portTaken;     // by another program
        std::string detail; // for people
    };

    // On 127.0.0.1 and ::1; port 0: any. `handler` gets the events of each login that a browser starts, as from
    // Engine::authenticate(); the browser has its answer before WorkflowFinished is told. When the browser closes its
    // connection: Engine::browserGone(). Engine and server belong to one thread, the engine outlives the server; a login that
    // runs when the server dies goes on without a browser.
    EIDKERN_API static tl::expected<std::unique_ptr<ActivationServer>, Fault> listen(Engine& engine, std::uint16_t port, Engine::Handler handler);

    virtual ~ActivationServer() = default;
    virtual std::uint16_t port() const = 0;
    virtual bool ipv6() const = 0; // false: ::1 is not available here, IPv4 alone is served
    virtual void refuse() = 0;     // no more logins: the program is about to end. The one that runs goes on
};

} // namespace eidkern
