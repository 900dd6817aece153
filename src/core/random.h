// Randomness as a port. The product has SystemRandom; a seeded source exists in tests only.
#pragma once
#include <cstdint>
#include <span>

#include "core/bytes.h"

namespace eidkern
{

class Random
{
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
    Bytes bytes(std::size_t count)
    {
        Bytes out(count);
        fill(out);
        return out;
    }
};

class SystemRandom final : public Random // OpenSSL's CSPRNG; ends the program if that has no entropy
{
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

} // namespace eidkern
