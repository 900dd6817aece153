// Logins through the public interface, against a lab in another process: what they cost, and what the engine's log says of them.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "eidkern/cards.h"

namespace eidkern::bench
{

// Of the APDUs, those that the protocol could do without: SELECT of the master file, because another program may have used the card
// before, and EF.DIR, which tells an eID card from any other. EF.CardAccess and the PIN's state, before anybody is asked for it, are
// needed; all later APDUs are TR-03110-3 B.1 to B.3 word for word, or the server's.
inline constexpr int spareApdus = 2;

struct Traffic // of the APDUs of one state
{
    int apdus = 0;
    std::size_t bytes = 0; // commands and answers
};

struct LoginFacts
{
    int connections = 0, paosConnections = 0; // TLS handshakes; those of them whose suite has a PSK
    int paosMessages = 0;                     // sent
    std::size_t paosBytes = 0;                // received
    std::map<std::string, Traffic> apdus;     // by state
    Traffic all() const;
};

SimulatedCard adultCard(const TrustAnchor& anchor, int delayMs = 0); // per APDU

// Self-authentications; the program ends with a message if one fails.
LoginFacts loginFacts(const std::string& url, const TrustAnchor& anchor, const SimulatedCard& card);
int changePin(const SimulatedCard& card); // to another one; the number of APDUs. The program ends with a message if it fails
void login(const std::string& url, const TrustAnchor& anchor, const SimulatedCard& card);
void loginsAtOnce(const std::string& url, const TrustAnchor& anchor, const std::vector<SimulatedCard>& cards);

} // namespace eidkern::bench
