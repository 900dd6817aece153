// Certificate Holder Authorization Template and the rights of authentication terminals (TR-03110-4 2.2.3; role id-AT).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace eidkern
{

enum class Role : std::uint8_t { Terminal = 0, DvForeign = 1, DvOfficial = 2, Cvca = 3 };

// The value is the bit number, 0 = lowest bit of the last byte.
// clang-format off
enum class Right : std::uint8_t
{
    AgeVerification = 0,
    CommunityVerification = 1,
    RestrictedIdentification = 2,
    Privileged = 3,
    CanAllowed = 4,
    PinManagement = 5,
    InstallCertificate = 6,
    InstallQualifiedCertificate = 7,
    ReadDg1 = 8,
    ReadDg2, ReadDg3, ReadDg4, ReadDg5, ReadDg6, ReadDg7, ReadDg8, ReadDg9, ReadDg10, ReadDg11,
    ReadDg12, ReadDg13, ReadDg14, ReadDg15, ReadDg16, ReadDg17, ReadDg18, ReadDg19, ReadDg20, ReadDg21,
    ReadDg22 = 29,
    PseudonymousSignature = 30,
    WriteDg22 = 32, WriteDg21, WriteDg20, WriteDg19, WriteDg18, WriteDg17 = 37
};
// clang-format on

constexpr Right readRight(int dataGroup) { return Right(7 + dataGroup); } // 1..22

std::string_view name(Right right);                       // the SDK's names: "FamilyName", "AgeVerification", ...
std::optional<Right> rightNamed(std::string_view name);
const std::vector<Right>& displayableRights();            // in the order in which people are asked

class Rights // a set; role bits are no part of it
{
public:
    constexpr Rights() = default;
    constexpr explicit Rights(std::uint64_t bits) : bits_(bits & 0x3F'FFFF'FFFF) {}
    constexpr Rights(std::initializer_list<Right> rights)
    {
        for (const auto right : rights) add(right);
    }
    constexpr bool has(Right right) const { return bits_ >> int(right) & 1; }
    constexpr Rights& add(Right right)
    {
        bits_ |= std::uint64_t(1) << int(right);
        return *this;
    }
    constexpr Rights& remove(Right right)
    {
        bits_ &= ~(std::uint64_t(1) << int(right));
        return *this;
    }
    constexpr std::uint64_t bits() const { return bits_; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool contains(Rights other) const { return (other.bits_ & ~bits_) == 0; }
    constexpr bool operator==(const Rights&) const = default;
    friend constexpr Rights operator&(Rights a, Rights b) { return Rights(a.bits_ & b.bits_); }
    friend constexpr Rights operator|(Rights a, Rights b) { return Rights(a.bits_ | b.bits_); }
    friend constexpr Rights operator-(Rights a, Rights b) { return Rights(a.bits_ & ~b.bits_); }

private:
    std::uint64_t bits_ = 0;
};

struct Chat
{
    Bytes terminalType; // value of the role OID: id-AT, or id-IS / id-ST as some CVCAs carry it
    Role role = Role::Terminal;
    Rights rights;      // only with id-AT

    bool isAuthenticationTerminal() const;
    static Chat forTerminal(Rights rights); // id-AT, role bits 00: as PACE and PAOS carry it
    static Chat of(Role role, Rights rights);
};

std::optional<Chat> parseChat(ByteView tlv7F4C);
Bytes encode(const Chat& chat); // id-AT only

} // namespace eidkern
