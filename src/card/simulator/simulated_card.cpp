#include "card/simulator/simulated_card.h"

#include "card/instructions.h"
#include "card/simulator/auxiliary_check.h"
#include "card/simulator/card_files.h"

namespace eidkern::card
{

static ResponseApdu status(std::uint16_t sw) { return {{}, sw}; }

static constexpr std::uint16_t parametersOf(const CommandApdu& command) { return std::uint16_t(command.p1 << 8 | command.p2); }

static std::shared_ptr<const ChipKeys> keysFor(const Persona& persona, std::shared_ptr<const ChipKeys> batch, Random& random)
{
    const bool fits = batch && batch->protocols == persona.protocols && !persona.given.chipKey;
    return fits ? std::move(batch) : makeChipKeys(persona.protocols, random, persona.given.chipKey);
}

static std::map<int, Bytes> masterFile(const Persona& persona, const ChipKeys& keys)
{
    auto files = persona.given.masterFile; // what is inserted below does not replace it
    files.emplace(file::dir, makeEfDir());
    files.emplace(file::cardAccess, makeEfCardAccess(persona.protocols));
    files.emplace(file::cardSecurity, keys.efCardSecurity);
    return files;
}

SimulatedCard::SimulatedCard(const Persona& persona, std::vector<CvCertificate> trustPoints, Random& random, Date today, std::shared_ptr<const ChipKeys> batch)
    : extendedLength_(persona.extendedLength), passwords_(persona), trust_{std::move(trustPoints), today}, pace_(persona.protocols.pace, passwords_, random),
      chipAuthentication_(keysFor(persona, std::move(batch), random), random), terminalAuthentication_(trust_, random, chipAuthentication_.keyHashSize()),
      restrictedIdentification_(persona.given.revocationKey, persona.given.pseudonymKey, random),
      files_(masterFile(persona, *chipAuthentication_.keys()), eidkern::card::dataGroups(persona))
{
}

void SimulatedCard::reset()
{
    session_ = {};
    chain_.abort();
    pace_.abort();
    terminalAuthentication_.reset();
    chipAuthentication_.abort();
    restrictedIdentification_.abort();
    files_.reset();
}

// As a contactless reader composes it from the historical bytes of an identity card (PC/SC part 3, 3.1.3.2.3.1).
Bytes SimulatedCard::atr() const { return {0x3B, 0x8A, 0x80, 0x01, 0x80, 0x31, 0xF8, 0x73, 0xF7, 0x41, 0xE0, 0x82, 0x90, 0x00, 0x75}; }

Bytes SimulatedCard::transmit(ByteView apdu)
{
    const auto command = extendedLength_ || !isExtended(apdu) ? parseCommand(apdu) : std::nullopt;
    if (!command)
    {
        reset();
        return encode(status(0x6700));
    }
    return encode(answer(*command));
}

ResponseApdu SimulatedCard::answer(const CommandApdu& command)
{
    static constexpr std::uint8_t secured = 0x0C;
    if ((command.cla & secured) == secured) return answerSecured(command);
    if (session_.secureMessaging) reset(); // a plain command ends the session, and then has no rights
    const auto response = execute(command);
    if (session_.next) session_.secureMessaging = std::exchange(session_.next, {});
    return response;
}

ResponseApdu SimulatedCard::answerSecured(const CommandApdu& command)
{
    if (!session_.secureMessaging) return status(0x6985);
    const auto opened = session_.secureMessaging->open(command);
    if (!opened)
    {
        reset();
        return status(opened.error() == SecureMessaging::CommandError::MissingObjects ? 0x6987 : 0x6988);
    }
    const auto response = session_.secureMessaging->protect(execute(*opened), command.ins & 1);
    if (session_.next) session_.secureMessaging = std::exchange(session_.next, {}); // this answer still has the old keys
    return response;
}

ResponseApdu SimulatedCard::execute(const CommandApdu& command)
{
    const int expectedClass = command.ins == instruction::verify ? 0x80 : 0x00; // VERIFY of auxiliary data is the one proprietary command
    if ((command.cla & ~chaining) != expectedClass) return status(0x6E00);
    if (command.ins == instruction::generalAuthenticate && pace_.expectsStep()) return generalAuthenticate(command); // its steps are no parts of one command
    pace_.abort();
    if (command.cla & chaining && !mayBeChained(command))
    {
        chain_.abort();
        return status(command.ins == instruction::generalAuthenticate ? 0x6985 : 0x6884);
    }
    const auto whole = chain_.take(command);
    return whole ? executeWhole(*whole) : status(whole.error());
}

bool SimulatedCard::mayBeChained(const CommandApdu& command) const
{
    switch (command.ins)
    {
        case instruction::updateBinary:
        case instruction::manageSecurityEnvironment:
        case instruction::performSecurityOperation:
        case instruction::externalAuthenticate: return true;
        case instruction::generalAuthenticate: return chipAuthentication_.expectsStep() || restrictedIdentification_.expectsStep();
        default: return false;
    }
}

ResponseApdu SimulatedCard::executeWhole(const CommandApdu& command)
{
    if (command.ins == instruction::generalAuthenticate) return generalAuthenticate(command);
    if (command.ins != instruction::manageSecurityEnvironment)
    {
        chipAuthentication_.abort();
        restrictedIdentification_.abort();
    }
    switch (command.ins)
    {
        case instruction::select: return files_.select(command, session_);
        case instruction::readBinary: return files_.readBinary(command, session_);
        case instruction::updateBinary: return files_.updateBinary(command, session_);
        case instruction::manageSecurityEnvironment: return manageSecurityEnvironment(command);
        case instruction::performSecurityOperation: return performSecurityOperation(command);
        case instruction::getChallenge: return mayAuthenticateTerminal() ? terminalAuthentication_.challenge(command) : status(0x6982);
        case instruction::externalAuthenticate: return externalAuthenticate(command);
        case instruction::verify: return verify(command);
        case instruction::resetRetryCounter: return resetRetryCounter(command);
        case instruction::activate: return setPinActive(command, true);
        case instruction::deactivate: return setPinActive(command, false);
        default: return status(0x6D00);
    }
}

bool SimulatedCard::mayAuthenticateTerminal() const
{
    const bool proven = session_.secureMessaging && session_.pace && session_.pace->chat && !session_.terminal;
    return proven && !(session_.pace->password == PasswordId::Pin && passwords_.hasTransportPin());
}

ResponseApdu SimulatedCard::manageSecurityEnvironment(const CommandApdu& command)
{
    chipAuthentication_.abort();
    restrictedIdentification_.abort();
    switch (parametersOf(command))
    {
        case 0xC1A4: return session_.chipAuthenticated ? status(0x6985) : pace_.setPassword(command);
        case 0x81B6: return mayAuthenticateTerminal() ? terminalAuthentication_.setVerificationKey(command) : status(0x6982);
        case 0x81A4: return mayAuthenticateTerminal() ? terminalAuthentication_.setTerminal(command) : status(0x6982);
        case 0x41A4: return session_.terminal ? setChipKey(command) : status(0x6982);
        default: return status(0x6A86);
    }
}

ResponseApdu SimulatedCard::setChipKey(const CommandApdu& command)
{
    if (!CardRestrictedIdentification::isMeant(command.data)) return chipAuthentication_.setKey(command, *session_.terminal);
    return session_.eidUnlocked() ? restrictedIdentification_.setKey(command, *session_.terminal) : status(0x6982);
}

ResponseApdu SimulatedCard::generalAuthenticate(const CommandApdu& command)
{
    if (parametersOf(command) != 0) return status(0x6A86);
    if (pace_.expectsStep())
    {
        const auto response = pace_.step(command, trust_.references(), session_);
        if (session_.next) terminalAuthentication_.reset();
        return response;
    }
    if (restrictedIdentification_.expectsStep()) return restrictedIdentification_.step(command, *session_.terminal);
    if (!chipAuthentication_.expectsStep()) return status(0x6985);
    return chipAuthentication_.step(command, session_);
}

ResponseApdu SimulatedCard::performSecurityOperation(const CommandApdu& command)
{
    if (parametersOf(command) != 0x00BE) return status(0x6A86);
    if (!mayAuthenticateTerminal()) return status(0x6982);
    return terminalAuthentication_.verifyCertificate(command, session_.pace->chat->rights);
}

ResponseApdu SimulatedCard::externalAuthenticate(const CommandApdu& command)
{
    if (parametersOf(command) != 0) return status(0x6A86);
    if (!mayAuthenticateTerminal()) return status(0x6982);
    return terminalAuthentication_.authenticate(command, session_);
}

ResponseApdu SimulatedCard::verify(const CommandApdu& command)
{
    if (parametersOf(command) != 0x8000) return status(0x6A86);
    if (!session_.eidUnlocked()) return status(0x6982);
    return verifyAuxiliaryData(command, *session_.terminal, files_.dataGroups());
}

ResponseApdu SimulatedCard::resetRetryCounter(const CommandApdu& command)
{
    const bool proven = session_.secureMessaging && session_.pace;
    switch (parametersOf(command))
    {
        case 0x0303: // unblock the PIN
            if (!command.data.empty()) return status(0x6700);
            return status(proven && session_.pace->password == PasswordId::Puk ? passwords_.unblock() : 0x6982);
        case 0x0203: // change the PIN
            return status(proven && session_.pace->password == PasswordId::Pin ? passwords_.changePin(command.data) : 0x6982);
        case 0x0202: // change the CAN
            return status(session_.mayManagePin() ? passwords_.changeCan(command.data) : 0x6982);
        default: return status(0x6A86);
    }
}

ResponseApdu SimulatedCard::setPinActive(const CommandApdu& command, bool active)
{
    if (parametersOf(command) != 0x1003) return status(0x6A86);
    if (!command.data.empty()) return status(0x6700);
    if (!session_.mayManagePin()) return status(0x6982);
    passwords_.setActive(active);
    return status(0x9000);
}

} // namespace eidkern::card
