// Personas as JSON files for people to read and write; resources/personas has examples.
//   passwords   "pin" (5 or 6 digits), "can" (6), "puk" (10)
//   state       "pinTriesLeft" 0..3, "pukUsesLeft" 0..10, "pinDeactivated"
//   card        "eidType" (CardCertified, SECertified, SEEndorsed, HWKeyStore),
//               "pace" {"cipher": "AES-128", "AES-192" or "AES-256", "parameterId": 8..18},
//               "documentNumber" (9 letters and digits): with the two dates the MRZ, which then is a password, too
//   dates       "1964-08-12"; the date of birth also "1964-08" or "1964" where the rest is unknown
//   places      {"city", "street"?, "zipCode"?, "state"?, "country"?}, a text, or {"none": reason}
//   communityId hex digits; "description" is for readers and ignored
//   script      what the simulated reader does: {"delayMs": 0..60000, "removeAtApdu": n, "answers": {KEY: hex}, "pad": [DEED, ...]}.
//               KEY is the number of an APDU (one to three digits, from 0 when the card is connected) or the hex digits with which it
//               begins (four or more). "pad": the reader takes passwords itself. DEED is what the person does there at the first, second,
//               ... entry: "right" (types the right password; so also at all later ones), "wrong", "cancel", "nothing"
// Everything but the passwords may be left out: the data group is then not on the card.
#pragma once
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "card/simulator/persona.h"

namespace eidkern::card
{

tl::expected<Persona, std::string> parsePersona(std::string_view json); // the error names the key, what was expected, and the line

} // namespace eidkern::card
