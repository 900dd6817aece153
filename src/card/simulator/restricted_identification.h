// Restricted identification from the card's side (TR-03110): a pseudonym of the card for one sector, which is the hash of
// an agreement between the card's key and the sector's public key. After terminal and chip authentication.
#pragma once
#include <array>

#include "card/simulator/session.h"
#include "core/random.h"

namespace eidkern::card
{

inline constexpr std::uint8_t revocationKeyId = 1, pseudonymKeyId = 2; // the second one only for terminals with the right
inline constexpr int restrictedIdentificationCurve = 13;               // brainpoolP256r1

class CardRestrictedIdentification
{
public:
    CardRestrictedIdentification(const std::optional<EcKey>& revocationKey, const std::optional<EcKey>& pseudonymKey, Random& random);

    static bool isMeant(ByteView securityEnvironment); // of MSE:Set AT 41A4, which chip authentication shares

    ResponseApdu setKey(const CommandApdu& command, const ProvenTerminal& terminal); // 6982: the terminal lacks the right
    bool expectsStep() const { return key_ != nullptr; }
    void abort() { key_ = nullptr; }

    // One or two sector keys (A0, A2) that the terminal's certificate vouches for; 6A80 otherwise.
    ResponseApdu step(const CommandApdu& command, const ProvenTerminal& terminal);

private:
    std::optional<Bytes> identify(ByteView sectorKey, ByteView announcedHash, HashAlgorithm announcedBy) const;

    std::array<std::optional<EcKey>, 2> keys_; // one that was not given is made when it is needed
    Random& random_;
    const EcKey* key_ = nullptr;
    Bytes protocol_;
};

} // namespace eidkern::card
