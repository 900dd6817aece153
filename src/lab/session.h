// Sessions of the lab: from the tcToken to the refresh address. Unguessable, few, and not for long.
#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/paos.h"
#include "core/random.h"

namespace eidkern::lab
{

class EidDialogue;

struct SeenMessage
{
    std::string name; // as paos::name() has it
    paos::ResultOf result;
};

struct SessionRecord // what the servers saw
{
    std::string id;                                      // SessionIdentifier and PSK identity
    bool selfAuthentication = false;
    std::vector<SeenMessage> received = {};              // from the client
    std::vector<std::string> sent = {};                  // to the client
    Rights offered = {}, effective = {};                 // what could be granted, what was
    std::vector<std::string> carsWithoutChain = {};      // EAC1Output: trust points to which the client found no chain
    std::optional<bool> ageVerified = {}, communityVerified = {}, documentValid = {}; // what the card said; nothing: not asked
    Secret pseudonym = {};                               // of restricted identification; empty: not read
    std::map<int, Secret> dataGroups = {};               // whole files, of those that the card has
    std::optional<paos::ResultOf> outcome = {};          // of StartPAOSResponse
    bool refreshed = false;                              // the refresh address has been visited
    std::string clientMinor = {};                        // ResultMinor that came with it
};

struct Session
{
    Session(std::string identifier, std::string refresh, std::string result, Secret key, std::chrono::system_clock::time_point now);
    ~Session();

    SessionRecord record;
    const std::string refreshId; // for the refresh address, once; the PSK identity is no secret, this is
    const std::string resultId;  // for the page to which it leads
    const Secret psk;
    const std::chrono::system_clock::time_point born;
    std::string tlsSession = {};           // attached: the one that fetched the token
    std::unique_ptr<EidDialogue> dialogue; // from the first PAOS message on
};

class Sessions
{
public:
    Sessions(Random& random, const Clock& clock) : random_(random), clock_(clock) {}

    static constexpr std::size_t most = 256;
    static constexpr std::chrono::minutes lifetime{10};

    Session* create(bool selfAuthentication);           // nullptr: `most` logins are under way
    Session* withId(std::string_view id);               // nullptr: unknown or expired
    Session* withTlsSession(std::string_view tlsSession); // the same; the newest that was attached to this TLS session
    Session* withRefreshId(std::string_view refreshId); // the same
    Session* withResultId(std::string_view resultId);   // the same
    const SessionRecord* last() const;                  // of the session created last
    std::vector<const SessionRecord*> all() const;      // oldest first; those that are still kept

private:
    bool expired(const Session& session) const { return clock_.now() - session.born > lifetime; }
    void makeRoom();
    Session* withSecret(const std::string Session::* member, std::string_view value);

    Random& random_;
    const Clock& clock_;
    std::deque<std::unique_ptr<Session>> sessions_; // oldest first
};

} // namespace eidkern::lab
