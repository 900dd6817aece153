// The cryptography that nobody can avoid, each operation measured with plain OpenSSL in the run that uses it as a floor.
//
// What client and simulated card together must do in one login of the lab, all on brainpoolP256r1:
//
//   EC multiplications (one scalar, constant time)                              client  card
//     PACE, TR-03110-3 B.1: key pair for the mapping, its agreement, nonce * G,
//       ephemeral key pair, its agreement                                            5     5
//     chip authentication, B.2: the agreement (the terminal's key is the server's)         1
//   ECDSA verifications
//     service's chain: DV and terminal certificate (its root was judged when it was
//       given as a trust anchor)                                                     2
//     terminal authentication, B.3: DV, terminal certificate, signed challenge             3
//   secure messaging: each byte that the card hears or says is en- or decrypted once and
//     MACed once per end; after chip authentication the other end is the server's.
//   TLS: the client's side of each handshake of the login, sockets included.
//
// Not counted, because they do not matter (some microseconds together): hashes, random numbers, the nonce's one block, checks that
// a point is on its curve, and the setting up of keys and contexts, which a client with nothing else to do could avoid.
#pragma once
#include <string>
#include <vector>

#include "bench/lab_process.h"
#include "bench/logins.h"

namespace eidkern::bench
{

struct Operation
{
    std::string name;
    double count, each; // microseconds of CPU
    double total() const { return count * each; }
};

double multiplication(); // microseconds; EC, brainpoolP256r1
double verification();   // ECDSA, the same curve

struct LoginFloor
{
    std::vector<Operation> cryptography, tls;
    double cryptographyTotal() const;
    double tlsTotal() const;
};
LoginFloor loginFloor(const LoginFacts& facts, const LabProcess& lab);

} // namespace eidkern::bench
