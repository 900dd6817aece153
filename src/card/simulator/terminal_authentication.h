// Terminal authentication version 2 from the card's side (TR-03110-3 B.3, D.2): trust points, certificate verification with
// the card's own idea of the current date, and the terminal's signature.
#pragma once
#include "card/simulator/session.h"
#include "core/random.h"

namespace eidkern::card
{

struct CardTrust // outlives a session
{
    std::vector<CvCertificate> points; // at most two CVCA certificates, the current one first
    Date today;                        // the latest date that a trustworthy certificate has shown

    std::vector<std::string> references() const;
};

class CardTerminalAuthentication
{
public:
    // `keyHashSize`: bytes of an x coordinate on the curve of chip authentication.
    CardTerminalAuthentication(CardTrust& trust, Random& random, std::size_t keyHashSize) : trust_(trust), random_(random), keyHashSize_(keyHashSize) {}

    void reset();
    ResponseApdu setVerificationKey(const CommandApdu& command);              // MSE:Set DST
    ResponseApdu verifyCertificate(const CommandApdu& command, Rights granted); // PSO; `granted`: of the PACE CHAT
    ResponseApdu setTerminal(const CommandApdu& command);                     // MSE:Set AT
    ResponseApdu challenge(const CommandApdu& command);                       // before or after Set AT; used once
    ResponseApdu authenticate(const CommandApdu& command, Session& session);  // EXTERNAL AUTHENTICATE

private:
    std::optional<ImportedCertificate> issuerNamed(std::string_view reference) const;
    bool accepts(const CvCertificate& certificate, const ImportedCertificate& issuer) const;
    void learnFrom(const ImportedCertificate& imported);

    CardTrust& trust_;
    Random& random_;
    const std::size_t keyHashSize_;
    std::vector<ImportedCertificate> imported_;
    std::optional<ImportedCertificate> issuer_;   // named by Set DST
    std::optional<ImportedCertificate> terminal_; // named by Set AT
    Bytes challenge_, keyHash_, auxiliaryData_;
};

} // namespace eidkern::card
