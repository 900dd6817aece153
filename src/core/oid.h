// Object identifiers of TR-03110 as the value bytes of their DER encoding, without tag and length.
#pragma once
#include <array>
#include <cstdint>

namespace eidkern::oid
{

template<typename... B>
constexpr std::array<std::uint8_t, sizeof...(B) + 5> bsi(B... arcs) // 0.4.0.127.0.7 followed by the arcs
{
    return {0x04, 0x00, 0x7F, 0x00, 0x07, std::uint8_t(arcs)...};
}

inline constexpr auto standardizedDomainParameters = bsi(1, 2);
inline constexpr auto publicKeyEcdh = bsi(2, 2, 1, 2);
inline constexpr auto terminalAuthentication = bsi(2, 2, 2);
inline constexpr auto taRsa = bsi(2, 2, 2, 1);                // followed by scheme and hash: see cvc.cpp
inline constexpr auto taEcdsa = bsi(2, 2, 2, 2);              // followed by the hash: 1 SHA-1 .. 5 SHA-512
inline constexpr auto taEcdsaSha256 = bsi(2, 2, 2, 2, 3);
inline constexpr auto chipAuthenticationEcdh = bsi(2, 2, 3, 2);
inline constexpr auto caEcdhAes128 = bsi(2, 2, 3, 2, 2);
inline constexpr auto paceEcdhGm = bsi(2, 2, 4, 2);
inline constexpr auto paceEcdhGmAes128 = bsi(2, 2, 4, 2, 2);
inline constexpr auto restrictedIdentification = bsi(2, 2, 5, 2); // followed by the hash: 1 SHA-1 .. 5 SHA-512
inline constexpr auto riEcdhSha256 = bsi(2, 2, 5, 2, 3);
inline constexpr auto cardInfo = bsi(2, 2, 6);
inline constexpr auto privilegedTerminal = bsi(2, 2, 8);
inline constexpr auto roleInspectionSystem = bsi(3, 1, 2, 1);
inline constexpr auto roleAuthenticationTerminal = bsi(3, 1, 2, 2);
inline constexpr auto roleSignatureTerminal = bsi(3, 1, 2, 3);
inline constexpr auto description = bsi(3, 1, 3, 1);
inline constexpr auto descriptionPlain = bsi(3, 1, 3, 1, 1);
inline constexpr auto descriptionHtml = bsi(3, 1, 3, 1, 2);
inline constexpr auto descriptionPdf = bsi(3, 1, 3, 1, 3);
inline constexpr auto sector = bsi(3, 1, 3, 2);               // of restricted identification
inline constexpr auto auxDateOfBirth = bsi(3, 1, 4, 1);
inline constexpr auto auxDateOfExpiry = bsi(3, 1, 4, 2);
inline constexpr auto auxCommunityId = bsi(3, 1, 4, 3);
inline constexpr auto securityObject = bsi(3, 2, 1);
inline constexpr auto mobileEidType = bsi(3, 2, 3, 2);

} // namespace eidkern::oid
