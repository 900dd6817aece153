// What a reader says of itself through its driver (PC/SC part 10); no APDU is sent for it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include <winscard.h>

namespace eidkern::card
{

struct ReaderProperties
{
    LONG result = SCARD_S_SUCCESS; // of asking for the features: many drivers know none and refuse the question
    bool verifiesPin = false, modifiesPin = false; // by a pad of its own
    bool executesPace = false;
    std::uint8_t paceCapabilities = 0; // with PACE: 80 ends channels, 40 any use, 20 eID, 10 signatures
    std::optional<std::uint32_t> mostBytes = {}; // of data in one APDU; nothing: it does not say
};

ReaderProperties propertiesOf(SCARDHANDLE card);
std::string attribute(SCARDHANDLE card, DWORD id); // text, or 4 bytes of a version as "1.5.2"; empty: the driver does not say

// No: it only passes on short APDUs, or less than an EF.CardSecurity at once. Who says nothing of it passes on everything.
bool passesExtendedLength(SCARDHANDLE card);

} // namespace eidkern::card
