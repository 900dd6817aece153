#include "core/random.h"

#include <openssl/rand.h>

#include "core/openssl.h"

namespace eidkern
{

void SystemRandom::fill(std::span<std::uint8_t> bytes) { ossl::must(RAND_bytes(bytes.data(), int(bytes.size())) == 1, "no randomness"); }

} // namespace eidkern
