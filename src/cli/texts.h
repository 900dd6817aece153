// What the command line says to people, in German and English.
#pragma once
#include <string>
#include <string_view>

#include "eidkern/failure.h"

namespace eidkern::cli
{

// clang-format off
enum class Text
{
    Service, Address, IssuedBy, ValidFromTo, Purpose, Transaction, Required, Optional, NoRights, RequiredAge,
    ConsentQuestion, ConsentQuestionOptional, AskPin, AskCan, AskPuk, CanBecause, PukBecause, WrongBefore, TriesLeft, Malformed, PinHint,
    PinAtReader, CanAtReader, PukAtReader, CancelAtReader,
    InsertCard, WrongCardType, CardFound, Deactivated, Success, Failed, Cancelling,
    BrowserGoesTo, OwnData, NotOnChip, NotGranted, Yes, No, NotExpired, DemoIntro, DemoUnattended, LabReady, LabTry, LabStop, LabBrowser, LabVariants, LabTlsVariants,
    Listening, NoIpv6, SaveTerms, TermsSaved, RootIsMissing, NoProductionRoots, CardOfOtherPki,
    count
};
// clang-format on

std::string_view text(Text which, Language language);
std::string rightLabel(std::string_view right, Language language); // "FamilyName" -> "Familienname"; unknown: as it is
Language languageOfEnvironment();                                  // LC_ALL, LC_MESSAGES, LANG

} // namespace eidkern::cli
