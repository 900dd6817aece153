// The lab's PKI after a change of its root's key: the DV is signed by the new one, to which a link certificate leads.
#pragma once
#include "core/clock.h"
#include "lab/pki.h"

namespace eidkern::test
{

inline Date inDays(Date from, int days) { return dateOf(std::chrono::sys_days(daysOf(from)) + std::chrono::days(days)); }

struct ChangedRoot
{
    static constexpr auto name = "DELABCVCA00002";

    ChangedRoot(const lab::LabPki& pki, Random& random, Date today) : key(generateKey(pki.cvcaKey.curve, random))
    {
        const auto from = inDays(today, -1);
        link = issueCvc(
            {.car = pki.cvca.chr, .chr = name, .chat = pki.cvca.chat, .effective = from, .expiration = inDays(today, 300), .withDomainParameters = true}, key,
            pki.cvcaKey);
        dv = issueCvc({.car = name, .chr = pki.dv.chr, .chat = pki.dv.chat, .effective = from, .expiration = inDays(today, 30)}, pki.dvKey, key);
        forged = link;
        forged.whole.back() ^= 1;
        forged = parseCvc(forged.whole).value();
    }
    EcKey key;
    CvCertificate link, dv, forged;
};

} // namespace eidkern::test
