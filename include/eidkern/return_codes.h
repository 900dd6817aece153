// The return codes of the interfaces around smart cards, explained: PC/SC (SCARD_*) and PKCS#11 (CKR_*). Generated from
// resources/scard-codes.json and resources/pkcs11-codes.json; nothing is read at start.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eidkern/export.h"
#include "eidkern/failure.h"

namespace eidkern
{

struct NamedTexts
{
    std::string_view id; // stable, for programs
    Texts text;
};

struct PhaseFailure // what a login makes of a code in one of its phases
{
    std::string_view phase; // "connect", "pace", "eac1", "eac2", "transmit" or "change-pin"
    Texts text;
    FailureCode code;
};

struct ScardCode
{
    std::string_view name;
    std::uint32_t value;           // as on Windows: this is how all codes are told
    std::string_view severity;     // "success", "informational", "warning", "error" or "fatal"
    std::string_view pcscLite;     // "returned", "defined" (and never returned) or "missing"
    std::uint32_t pcscLiteValue;   // differs from `value` for one code
    std::string_view pcscLiteName; // if it spells the name differently, else empty
    bool transient;                // may pass by itself, or with one more try
    NamedTexts retry;              // what to do about it in a program
    Texts meaning;
    std::span<const std::string_view> operations; // of PC/SC, e.g. "transmit"; "other": components above PC/SC, never ours
    std::span<const PhaseFailure> failures;       // phases that are not named go on without a failure
    std::span<const NamedTexts> hints;            // for people
};

EIDKERN_API std::span<const ScardCode> scardCodes();                 // by value
EIDKERN_API const ScardCode* scardCode(std::string_view name);       // also pcsc-lite's spelling; null: unknown
EIDKERN_API std::vector<const ScardCode*> scardCodes(std::uint32_t value); // Windows' meaning, then pcsc-lite's if that is another
EIDKERN_API std::string scardText(std::uint32_t value);              // "SCARD_W_RESET_CARD (0x80100068)"; an unknown one keeps its number: "0x00001234"

struct CkrCode
{
    std::string_view name;
    std::uint32_t value;
    Texts meaning;
    std::span<const std::string_view> only; // the only functions that answer it; empty: no such limit
};

struct CkrGroup // codes with an order: a function answers the first one that fits
{
    NamedTexts what; // "universal", "session" or "token"
    std::span<const std::string_view> codes;
    std::span<const std::string_view> notOf; // functions that never answer them for this reason
};

struct CkrPair
{
    std::string_view first, then;
};

EIDKERN_API std::span<const CkrCode> ckrCodes();    // by value
EIDKERN_API std::span<const CkrGroup> ckrGroups();  // in this order; all other codes come after them
EIDKERN_API std::span<const CkrPair> ckrPairs();    // exceptions and rules among the others
EIDKERN_API std::span<const std::span<const std::string_view>> ckrAlike(); // lists of codes that an application should treat alike
EIDKERN_API const CkrCode* ckrCode(std::string_view name);
EIDKERN_API const CkrCode* ckrCode(std::uint32_t value); // the vendor's own values are CKR_VENDOR_DEFINED

// Where both fit: `a` has to be answered, not `b`. Neither way round: either may be.
EIDKERN_API bool ckrComesFirst(std::string_view a, std::string_view b);

} // namespace eidkern
