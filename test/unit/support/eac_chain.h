// A terminal's certificates and keys for tests: CVCA -> DV -> AT on brainpoolP256r1, valid around 2026-11-20.
#pragma once
#include <vector>

#include "core/cvc.h"

namespace eidkern::test
{

struct EacChain
{
    EcKey cvcaKey, dvKey, terminalKey;
    CvCertificate cvca, dv, terminal;

    std::vector<CvCertificate> forCard() const { return {dv, terminal}; } // top first, below the trust point
};

inline Rights everyRight() { return Rights(~std::uint64_t(0)); }

inline EacChain makeEacChain(Random& random, Rights terminalRights = everyRight(), Bytes descriptionHash = {}, Date terminalFrom = {2026, 11, 1},
                             Date terminalUntil = {2026, 12, 15})
{
    const auto curve = Curve::brainpoolP256r1();
    auto cvcaKey = generateKey(curve, random);
    auto dvKey = generateKey(curve, random);
    auto terminalKey = generateKey(curve, random);

    const auto cvca = issueCvc({.car = "DETESTCVCA00001",
                                .chr = "DETESTCVCA00001",
                                .chat = Chat::of(Role::Cvca, everyRight()),
                                .effective = {2025, 1, 1},
                                .expiration = {2028, 1, 1},
                                .withDomainParameters = true},
                               cvcaKey, cvcaKey);
    const auto dv = issueCvc(
        {.car = cvca.chr, .chr = "DETESTDVDE00001", .chat = Chat::of(Role::DvOfficial, everyRight()), .effective = {2026, 1, 1}, .expiration = {2027, 6, 1}},
        dvKey, cvcaKey);
    const auto terminal = issueCvc({.car = dv.chr,
                                    .chr = "DETESTATDE00001",
                                    .chat = Chat::of(Role::Terminal, terminalRights),
                                    .effective = terminalFrom,
                                    .expiration = terminalUntil,
                                    .descriptionHash = std::move(descriptionHash)},
                                   terminalKey, dvKey);
    return {std::move(cvcaKey), std::move(dvKey), std::move(terminalKey), cvca, dv, terminal};
}

} // namespace eidkern::test
