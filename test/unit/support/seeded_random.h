// Repeatable randomness for tests: SHA-256 over seed and block counter. Never linked into the product.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/hash.h"
#include "core/random.h"

namespace eidkern::test
{

class SeededRandom final : public Random
{
public:
    explicit SeededRandom(std::uint64_t seed = 1) : seed_(seed) {}

    void fill(std::span<std::uint8_t> bytes) override
    {
        while (!bytes.empty())
        {
            const auto block = hash(HashAlgorithm::Sha256, asBytes(std::to_string(seed_) + '/' + std::to_string(counter_++)));
            const auto count = std::min(block.size(), bytes.size());
            std::copy_n(block.begin(), count, bytes.begin());
            bytes = bytes.subspan(count);
        }
    }

private:
    std::uint64_t seed_, counter_ = 0;
};

} // namespace eidkern::test
