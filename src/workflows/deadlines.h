// How long each kind of wait may take. Nothing in a workflow waits without a row here.
#pragma once
#include <chrono>

namespace eidkern::deadline
{

using namespace std::chrono_literals;

inline constexpr std::chrono::seconds connect = 30s; // name resolution, TCP and TLS
inline constexpr auto exchange = 30s;      // one HTTP request and its reply
inline constexpr auto question = 30min;    // a person's answer
inline constexpr auto card = 30min;        // a person fetching the card
inline constexpr auto pace = 30s;          // five APDUs with elliptic curves on a card in the field
inline constexpr auto entryAtReader = 3min; // a person at the reader's pad, and PACE: readers give up by themselves earlier, mostly after 60 s
inline constexpr auto challenge = 10s;
inline constexpr auto authenticate = 60s;  // certificates, terminal and chip authentication
inline constexpr auto apdu = 30s;          // one APDU of the server
inline constexpr auto grace = 20s;         // after a stop, all in all; of it:
inline constexpr auto lastTurn = 8s;       //   the server may still finish its turn
inline constexpr std::chrono::seconds lastWord = 6s; //   any connection, and the answer to the error that it is told

} // namespace eidkern::deadline
