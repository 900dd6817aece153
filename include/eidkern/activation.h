// The one port of this program on this machine (TR-03124-1 2.2), by default 24727, for three kinds of visitors:
//   browsers       GET /eID-Client?tcTokenURL=... starts a login, and its end answers the browser: a redirect to the service, or a
//                  page that says what went wrong. Also answered: ?Status, ?ShowUI. One login at a time, others get 409.
//   applications   a WebSocket at /eID-Kernel, which speaks the JSON API (docs/json-api.md). While one is connected, it is the one
//                  to whom browsers' logins are told.
//   web pages      nothing but ?Status, unless their origin is allowed (`origins`).
// Requests under any Host but a loopback name with our port are refused before anything else is looked at (DNS rebinding), and so
// are those of other users of this machine, which come next.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "eidkern/engine.h"
#include "eidkern/export.h"
#include "eidkern/identity.h"
#include "eidkern/json_api.h"
#include "eidkern/secret.h"

namespace eidkern
{

struct ServerSettings
{
    std::uint16_t port = 24727;              // 0: any
    std::vector<std::string> addresses = {}; // instead of 127.0.0.1 and, where there is one, ::1
    std::string origins = {};                // a regular expression for the whole origin of web pages that may open a WebSocket; "null" never may
    bool anyUser = false;                    // other users of this machine may come too
    Secret token = {};                       // Authorization: Bearer ..., wanted for WebSockets, and for all that does not come over loopback.
                                             // An address that is not loopback needs one
    Identity identity = ownIdentity();
};

class ActivationServer
{
public:
    static constexpr std::uint16_t usualPort = 24727;

    struct Fault
    {
        enum class Kind {
            PortTaken, // by another program
            Settings,  // they make no sense, or are not safe
            System
        };
        Kind kind;
        std::string detail; // for people
    };

    // For browsers alone. `handler` gets the events of each login that a browser starts, as from Engine::authenticate(); the
    // browser has its answer before WorkflowFinished is told. When the browser closes its connection: Engine::browserGone().
    // Engine and server belong to one thread, the engine outlives the server; a login that runs when the server dies goes on
    // without a browser.
    EIDKERN_API static tl::expected<std::unique_ptr<ActivationServer>, Fault> listen(ServerSettings settings, Engine& engine, Engine::Handler handler);

    // For applications, too: their workflows have engines of their own, made from `api`, whose identity is that of `settings`.
    // `engine` is for browsers while no application is connected, and idle while one is; without it they get 503 then.
    EIDKERN_API static tl::expected<std::unique_ptr<ActivationServer>, Fault> listen(ServerSettings settings, JsonApiSettings api, Engine* engine = nullptr,
                                                                                     Engine::Handler handler = {});

    virtual ~ActivationServer() = default; // WebSockets are told that we go (1001), and workflows of their clients end at once
    virtual std::uint16_t port() const = 0;
    virtual bool ipv6() const = 0; // false: IPv4 alone is served

    // Nothing new is begun, and WebSocket clients are told that we go; their workflows are ended politely. `left` is called from
    // the event loop when that is done. A login that a browser has begun at `engine` goes on.
    virtual void leave(std::function<void()> left) = 0;
};

} // namespace eidkern
