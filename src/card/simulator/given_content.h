// What a simulated card holds if it is given as bytes and not as a person: files, and keys in PKCS#8. What is not given and no
// card is without (EF.DIR, EF.CardAccess, EF.CardSecurity, the keys) is made as for every simulated card.
#pragma once
#include <map>
#include <optional>

#include "core/ec.h"

namespace eidkern::card
{

struct GivenContent
{
    std::map<int, Bytes> masterFile, dataGroups; // by short identifier
    std::optional<EcKey> revocationKey, pseudonymKey, chipKey; // 1, 2 and 41

    bool addFile(ByteView id, ByteView shortId, Bytes content); // 2F00/1E, 011C/1C, 011D/1D, 01nn/nn for data group nn; false: none of these
    bool addKey(int id, ByteView pkcs8);                        // on a standardised curve; false: no such key on a card, or not that
};

} // namespace eidkern::card
