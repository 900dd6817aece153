// Both ends of a session whose keys everybody knows.
#pragma once
#include "card/secure_messaging.h"
#include "core/hash.h"
#include "core/tlv.h"
#include "fuzz.h"

namespace eidkern::test
{

inline constexpr std::string_view encryptionKey = "0123456789abcdef", macKey = "fedcba9876543210";

inline card::SecureMessaging session() { return card::SecureMessaging({Secret(encryptionKey), Secret(macKey)}); }

inline Bytes padded(ByteView data)
{
    auto out = concat({data, Bytes{0x80}});
    out.resize((out.size() + 15) / 16 * 16);
    return out;
}

// `objects` and behind them the checksum that the first message of the session must have.
inline Bytes withChecksum(ByteView header, ByteView objects)
{
    Bytes counter(16);
    counter.back() = 1;
    auto mac = aesCmac(Secret(macKey), {counter, header.empty() ? Bytes() : padded(header), objects.empty() ? Bytes() : padded(objects)});
    mac.resize(8);
    return concat({objects, tlv(0x8E, mac)});
}

} // namespace eidkern::test
