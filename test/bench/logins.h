// Logins through the public interface, against a lab in another process: what they cost, and what the engine's log says of them.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "eidkern/cards.h"

namespace eidkern::bench
{

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
