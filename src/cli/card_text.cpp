#include "cli/card_text.h"

#include "cli/printable.h"
#include "cli/texts.h"
#include "eidkern/return_codes.h"

namespace eidkern::cli
{

static std::string textOf(const ReaderResult& last) { return scardText(last.code) + ", " + last.operation; }

std::string textOf(const ReaderFeatures& features, Language language)
{
    const auto in = [language](const char* german, const char* english) { return std::string(language == Language::German ? german : english); };
    auto text = features.pace                            ? in("die PIN wird am Lesegerät eingegeben (PACE)", "the PIN is entered at the reader (PACE)")
              : features.verifyPin || features.modifyPin ? in("Tastenfeld ohne PACE: die PIN wird hier eingegeben", "pad without PACE: the PIN is entered here")
                                                         : in("ohne Tastenfeld", "no pad");
    if (!features.extendedLength) text += in(", nur kurze APDUs", ", short APDUs only");
    return text;
}

std::string textOf(const ReaderList& list, Language language)
{
    const auto in = [language](const char* german, const char* english) { return std::string(language == Language::German ? german : english); };
    if (!list.service) return std::string(text(Text::NoPcscd, language));
    if (list.readers.empty()) return std::string(text(Text::NoReader, language)) + " " + in("--watch sagt, wenn es da ist.", "--watch says when it is there.");
    std::string text;
    for (const auto& each : list.readers)
    {
        const auto state = each.mute      ? in("Karte antwortet nicht", "card does not respond")
                         : each.exclusive ? in("von einem anderen Programm belegt", "in use by another program")
                         : each.card      ? in("Karte", "card")
                                          : in("leer", "empty");
        text.append(text.empty() ? "" : "\n").append(printableLine(each.name)).append(": ").append(state);
        if (each.features) text.append("; ").append(textOf(*each.features, language));
    }
    return text;
}

std::string textOf(const CardLook& look, Language language)
{
    const auto in = [language](const char* german, const char* english) { return std::string(language == Language::German ? german : english); };
    const auto reader = printableLine(look.reader);
    switch (look.result)
    {
        case LookResult::NoService: return std::string(text(Text::NoPcscd, language));
        case LookResult::NoCard:
            return in("Keine Karte, die antwortet. Legen Sie den Ausweis auf ein Lesegerät; `eidkern readers` nennt alle.",
                      "No card that responds. Put the card on a reader; `eidkern readers` lists them all.");
        case LookResult::NoEidCard: return reader + ": " + in("kein Ausweis mit Online-Funktion.", "not a card with the online ID function.");
        case LookResult::NotReachable:
            return reader + ": " + in("die Karte ist nicht erreichbar", "the card cannot be reached")
                 + (look.last.operation.empty() ? "" : ": " + textOf(look.last)) + ".";
        case LookResult::Recognised: break;
    }
    const auto pin = look.triesLeft == 0 ? in("gesperrt, die PUK wird gebraucht", "blocked, the PUK is needed")
                   : look.triesLeft == 1 ? in("ausgesetzt, die CAN wird gebraucht", "suspended, the CAN is needed")
                                         : std::to_string(look.triesLeft) + in(" Versuche", " tries");
    std::string text = in("Lesegerät", "Reader") + ":  " + reader + "\n" + in("Eingabe", "Entry") + ":  " + textOf(look.features, language) + "\n"
                     + in("Kartentyp", "Card type") + ":  " + look.type + "\n" + in("Online-Funktion", "Online function") + ":  "
                     + (look.deactivated ? in("ausgeschaltet", "switched off") : in("eingeschaltet", "switched on")) + "\nPIN:  " + pin
                     + "\nEF.CardAccess:  " + std::to_string(look.efCardAccessSize) + " bytes";
    text += "\n" + in("Transport-PIN", "Transport PIN") + ":  "
          + in("von außen nicht zu erkennen; die fünfstellige aus dem PIN-Brief ersetzt eidkern change-pin",
               "cannot be seen from outside; eidkern change-pin replaces the five-digit one of the PIN letter");
    for (const auto& each : look.pace) text += "\nPACE:  ECDH, generic mapping, " + each.name + ", parameterId " + std::to_string(each.parameterId);
    return text + "\n" + in("Chip-Authentisierung", "Chip authentication") + ":  " + std::to_string(look.chipAuthentications);
}

} // namespace eidkern::cli
