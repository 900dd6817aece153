// The commands of TR-03110-3 B, one factory each. Data objects come with their tags; no secure messaging here.
#pragma once
#include "card/apdu.h"
#include "core/tlv.h"

namespace eidkern::card
{

inline constexpr std::uint8_t eidApplication[] = {0xE8, 0x07, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02};

namespace file // short identifiers
{
inline constexpr std::uint8_t dir = 0x1E, cardAccess = 0x1C, cardSecurity = 0x1D;
}

namespace instruction
{
inline constexpr std::uint8_t deactivate = 0x04, verify = 0x20, manageSecurityEnvironment = 0x22, performSecurityOperation = 0x2A, resetRetryCounter = 0x2C,
                              activate = 0x44, externalAuthenticate = 0x82, getChallenge = 0x84, generalAuthenticate = 0x86, select = 0xA4, readBinary = 0xB0,
                              updateBinary = 0xD6;
}
inline constexpr std::uint8_t chaining = 0x10; // class bit: more commands of this chain follow

inline CommandApdu selectApplication(ByteView aid) { return {.ins = instruction::select, .p1 = 0x04, .p2 = 0x0C, .data = toBytes(aid)}; }
inline CommandApdu selectMasterFile() { return {.ins = instruction::select, .p2 = 0x0C, .data = {0x3F, 0x00}}; }

inline CommandApdu readFromStart(std::uint8_t shortId, std::uint32_t le)
{
    return {.ins = instruction::readBinary, .p1 = std::uint8_t(0x80 | shortId), .le = le};
}
inline CommandApdu readFrom(std::size_t offset, std::uint32_t le) // up to 7FFF
{
    return {.ins = instruction::readBinary, .p1 = std::uint8_t(offset >> 8), .p2 = std::uint8_t(offset), .le = le};
}

inline CommandApdu setSecurityEnvironment(std::uint8_t p1, std::uint8_t p2, Bytes objects)
{
    return {.ins = instruction::manageSecurityEnvironment, .p1 = p1, .p2 = p2, .data = std::move(objects)};
}
inline CommandApdu setPace(Bytes objects) { return setSecurityEnvironment(0xC1, 0xA4, std::move(objects)); }
inline CommandApdu setVerificationKey(ByteView reference) { return setSecurityEnvironment(0x81, 0xB6, tlv(0x83, reference)); }
inline CommandApdu setTerminalAuthentication(Bytes objects) { return setSecurityEnvironment(0x81, 0xA4, std::move(objects)); }
inline CommandApdu setChipAuthentication(Bytes objects) { return setSecurityEnvironment(0x41, 0xA4, std::move(objects)); }

inline CommandApdu verifyCertificate(Bytes bodyAndSignature)
{
    return {.ins = instruction::performSecurityOperation, .p2 = 0xBE, .data = std::move(bodyAndSignature)};
}
inline CommandApdu getChallenge() { return {.ins = instruction::getChallenge, .le = 8}; }
inline CommandApdu externalAuthenticate(Bytes signature) { return {.ins = instruction::externalAuthenticate, .data = std::move(signature)}; }

inline CommandApdu generalAuthenticate(bool last, ByteView object)
{
    return {.cla = last ? std::uint8_t(0) : chaining, .ins = instruction::generalAuthenticate, .data = tlv(0x7C, object), .le = CommandApdu::all};
}

inline CommandApdu changePin(std::uint8_t passwordId, ByteView newPin)
{
    return {.ins = instruction::resetRetryCounter, .p1 = 0x02, .p2 = passwordId, .data = toBytes(newPin)};
}
inline CommandApdu unblock(std::uint8_t passwordId) { return {.ins = instruction::resetRetryCounter, .p1 = 0x03, .p2 = passwordId}; }

} // namespace eidkern::card
