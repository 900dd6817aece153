// libFuzzer: any bytes as CV certificate, with EC and RSA keys. What is read takes itself apart and together again, has a key
// that can be used, and ends every chain.
#include "core/cvc.h"
#include "fuzz.h"

using namespace eidkern;
using namespace eidkern::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input(data, size);
    const auto c = parseCvc(input);
    if (!c) return 0;
    must(same(c->whole, input) && !c->chr.empty() && c->effective.month >= 1 && c->expiration.day >= 1);
    must(c->key.rsa ? c->key.rsa->usable() && c->key.point.empty() : !c->key.point.empty());
    const auto again = parseBodyAndSignature(bodyAndSignature(*c));
    must(again && again->whole == c->whole && again->body == c->body && again->signature == c->signature && again->car == c->car && again->chr == c->chr);
    must(again->key.oid == c->key.oid && again->key.point == c->key.point && again->chat.rights == c->chat.rights);
    must(again->descriptionHash == c->descriptionHash && again->sectorHashes == c->sectorHashes);
    (void)isSignedBy(*c, c->key, c->key.curve);
    const auto chain = chainToAnchor(*c, {*c}, {*c});
    const auto toCard = chainForCard(*c, {*c}, c->car);
    must((!chain || chain->size() == 2) && toCard && toCard->size() == 1);
    return 0;
}
