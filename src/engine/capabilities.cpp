#include "eidkern/capabilities.h"

#include <array>

#include <openssl/crypto.h>

#include "core/ec.h"

namespace eidkern
{

std::vector<CurveSupport> curveSupport()
{
    static constexpr std::array names{"secp192r1",       "brainpoolP192r1", "secp224r1",       "brainpoolP224r1", "secp256r1", "brainpoolP256r1",
                                      "brainpoolP320r1", "secp384r1",       "brainpoolP384r1", "brainpoolP512r1", "secp521r1"};
    std::vector<CurveSupport> all;
    for (int id = 8; const auto* name : names)
    {
        all.push_back({id, name, Curve::standard(id).has_value()});
        ++id;
    }
    return all;
}

std::string cryptoLibrary() { return OpenSSL_version(OPENSSL_VERSION); }

} // namespace eidkern
