// An RSA key pair for CV certificates and terminal authentication (TR-03110-3, id-TA-RSA), for those who issue: the lab and tests.
#pragma once
#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/openssl.h"

namespace eidkern
{

class RsaCvKey
{
public:
    explicit RsaCvKey(std::uint8_t arc, unsigned bits = 2048); // `arc`: the last one of id-TA-RSA, 1..6, says padding and hash

    Bytes object() const; // 7F49
    Bytes sign(ByteView message, std::optional<int> salt = {}) const; // `salt`: bytes of it in PSS, if not those of the hash

private:
    Bytes number(const char* name) const;

    std::uint8_t arc_;
    ossl::Pkey key_;
};

} // namespace eidkern
