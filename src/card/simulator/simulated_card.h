// A German identity card as software: real cryptography, real state. It refuses what a real card refuses, and nothing in it
// knows about the terminal's code. Its PIN state, trust points and date outlive reset(); everything else is the session's.
// Not there: eSign.
#pragma once
#include "card/simulator/card_file_system.h"
#include "card/simulator/card_pace.h"
#include "card/simulator/chip_authentication.h"
#include "card/simulator/command_chain.h"
#include "card/simulator/restricted_identification.h"
#include "card/simulator/terminal_authentication.h"

namespace eidkern::card
{

class SimulatedCard
{
public:
    // `trustPoints`: at most two CVCA certificates whose keys stand alone, the current one first. `today`: the date that the
    // card believes in when it is made; later it learns from certificates. The keys of chip authentication and restricted
    // identification that the persona does not bring are fresh, or `batch`, where that has the persona's protocols.
    SimulatedCard(const Persona& persona, std::vector<CvCertificate> trustPoints, Random& random, Date today, std::shared_ptr<const ChipKeys> batch = {});

    SimulatedCard(const SimulatedCard&) = delete;

    Bytes transmit(ByteView apdu); // always answers; malformed: 6700
    void reset();                  // power off and on
    Bytes atr() const;

    const Secret& pin() const { return *passwords_.secret(PasswordId::Pin); }
    int pinTriesLeft() const { return passwords_.triesLeft(); }
    const CardTrust& trust() const { return trust_; }
    const std::shared_ptr<const ChipKeys>& chipKeys() const { return chipAuthentication_.keys(); }

private:
    ResponseApdu answer(const CommandApdu& command);
    ResponseApdu answerSecured(const CommandApdu& command);
    ResponseApdu execute(const CommandApdu& command);
    ResponseApdu executeWhole(const CommandApdu& command);
    bool mayBeChained(const CommandApdu& command) const;
    ResponseApdu manageSecurityEnvironment(const CommandApdu& command);
    ResponseApdu setChipKey(const CommandApdu& command);
    ResponseApdu generalAuthenticate(const CommandApdu& command);
    ResponseApdu performSecurityOperation(const CommandApdu& command);
    ResponseApdu externalAuthenticate(const CommandApdu& command);
    ResponseApdu verify(const CommandApdu& command);
    ResponseApdu resetRetryCounter(const CommandApdu& command);
    ResponseApdu setPinActive(const CommandApdu& command, bool active);
    bool mayAuthenticateTerminal() const;

    const bool extendedLength_;
    PinObjects passwords_;
    CardTrust trust_;
    Session session_;
    CommandChain chain_;
    CardPace pace_;
    CardChipAuthentication chipAuthentication_;
    CardTerminalAuthentication terminalAuthentication_;
    CardRestrictedIdentification restrictedIdentification_;
    CardFileSystem files_;
};

} // namespace eidkern::card
