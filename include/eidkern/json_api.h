// The JSON API of the AusweisApp's SDK without a socket: one client's messages in, and out. docs/json-api.md says what they are.
// Like Engine it lives on the thread that made it, in that thread's Qt event loop; several may stand side by side.
//
//     eidkern::JsonApi api({.trustAnchors = anchors}, [](std::string_view message) { ... });
//     api.receive(R"({"cmd":"GET_INFO"})");
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eidkern/cards.h"
#include "eidkern/export.h"
#include "eidkern/failure.h"
#include "eidkern/identity.h"
#include "eidkern/proxy.h"

namespace eidkern
{

struct JsonApiSettings
{
    std::vector<TrustAnchor> trustAnchors; // roots of service certificates; without any no service is accepted
    bool simulator = true;      // a reader "Simulator", for the cards of SET_CARD; their trust points are the first two anchors of a test PKI
    bool basicReader = false;   // it has no keypad: the passwords of its cards come with SET_PIN and its kin. Else those come without a value, and
                                // the simulated card's own password is taken
    std::string persona = "adult"; // a built-in one: whose card is put by a SET_CARD that describes none
    bool pcscReaders = true;    // nothing of PC/SC is touched before a client is there
    bool multi = false;         // each client may run several workflows at once: their messages name a session
    ProductIdentity identity = {};
    std::function<void(const std::string& jsonLine)> log =
        {}; // commands and messages by their names, but not GET_... and its answers; no secrets, no personal data
    std::vector<std::vector<std::uint8_t>> linkCertificates = {};                            // as EngineSettings has them
    std::function<void(const std::vector<std::uint8_t>& certificate)> linkLearned = {};       // to be kept for later
    ProxyFor proxy = {};
    std::string tlsProfile = "default";
    std::chrono::milliseconds grace = std::chrono::seconds(20); // after CANCEL, or the end of the client: for telling server and browser
};

class EIDKERN_API JsonApi
{
public:
    using Send = std::function<void(std::string_view message)>; // one JSON object; the text is gone when it returns

    // The client is there: READER follows for each reader, from the event loop. `send` is called from the event loop or from inside
    // receive(); it may call receive(), and must not destroy this object.
    JsonApi(JsonApiSettings settings, Send send);
    ~JsonApi(); // ends a workflow at once, and its server is told nothing: see close()
    JsonApi(const JsonApi&) = delete;

    void receive(std::string_view message); // anything, also what is not JSON

    // The client has gone: nothing is sent any more. A workflow is ended politely; `closed` is called from the event loop when that is
    // done, after the grace time at the latest.
    void close(std::function<void()> closed);

private:
    class EIDKERN_LOCAL Impl;
    std::unique_ptr<Impl> impl_;
};

// The card that `simulator`, a parameter of SET_CARD, describes, on a simulated reader. Else: what is wrong.
EIDKERN_API tl::expected<SimulatedCard, std::string> simulatedCard(std::string_view simulator, const std::vector<TrustAnchor>& trustPoints);

} // namespace eidkern
