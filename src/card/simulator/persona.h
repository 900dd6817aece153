// Who a simulated card belongs to: passwords, the state of the PIN, and the data groups by their human names.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "card/simulator/card_files.h"
#include "core/bytes.h"
#include "eidkern/secret.h"

namespace eidkern::card
{

struct StructuredPlace
{
    std::string street = {}, city = {}, state = {}, country = {}, zipCode = {}; // empty: not on the card; city and country always are
};
struct FreeTextPlace
{
    std::string text;
};
struct NoPlace
{
    std::string reason; // e.g. "keine Wohnung in Deutschland"
};
using Place = std::variant<StructuredPlace, FreeTextPlace, NoPlace>;

struct ScriptedAnswer
{
    std::optional<int> index; // of the APDU since the card was connected, from 0; or:
    Bytes prefix = {};        // how the APDU begins
    Bytes answer = {};        // with its status word; empty: none comes
};

enum class AtPad { Right, Wrong, Short, Cancel, Nothing }; // what a person does there: types the right password or a wrong one, too few digits, ...

struct CardScript // what the reader does to the card
{
    std::chrono::milliseconds delay{0};    // of every answer
    std::optional<int> removeAtApdu = {};  // the card is gone when this APDU comes; once
    std::vector<ScriptedAnswer> answers = {}; // the first that fits is given in place of the card's own
    std::optional<std::vector<AtPad>> pad = {}; // the reader takes passwords itself; at each entry the next one, then always Right
};

struct Persona
{
    Secret pin, can, puk;   // digits: 6 (transport PIN: 5), 6, 10
    int pinTriesLeft = 3;   // 3 .. 0; 1 = suspended, 0 = blocked
    int pukUsesLeft = 10;
    bool pinDeactivated = false;
    CardProtocols protocols = {};
    bool extendedLength = true; // no: the card refuses extended APDUs
    CardScript script = {};
    std::string documentNumber = {}; // 9 characters as in the MRZ; empty: the card does not take the MRZ as a password

    // What is absent here is a data group that the card does not have. Dates are YYYYMMDD; unknown parts of the date of birth
    // are blanks.
    std::optional<std::string> documentType, issuingState, dateOfExpiry, givenNames, familyNames, artisticName, academicTitle, dateOfBirth;
    std::optional<Place> placeOfBirth;
    std::optional<std::string> nationality, sex, birthName, dateOfIssuance;
    std::optional<Place> residence;
    std::optional<Bytes> communityId;
    std::optional<std::string> residencePermit1, residencePermit2, phoneNumber, emailAddress;
};

// Number (1..22) -> content of the file (TR-03110-4 2.1.1: application tag 60 + number around the value).
std::map<int, Bytes> dataGroups(const Persona& persona);

} // namespace eidkern::card
