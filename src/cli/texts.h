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
    ConsentQuestion, ConsentQuestionOptional, AskPin, AskPinOrTransport, AskNewPin, AskNewPinAgain, AskCan, AskPuk, CanBecause, PukBecause, WrongBefore, TriesLeft, Malformed, OwnHint,
    LastTry, LastTryQuestion, LastTryNeedsConsent, LastTryNotAutomatic, AutomaticHasNone, NobodyToAsk, GivenIsWrong, GivenLine, NewPinLine, NewPinsDiffer,
    WeakSame, WeakRun, WeakRepeats, WeakDate, WeakQuestion, AllowTrivial, PinChanged, PinUnblocked, PinNotBlocked, PasswordRight, CardForgets,
    PinAtReader, CanAtReader, PukAtReader, NewPinAtReader, CancelAtReader,
    InsertCard, NoPcscd, NoReader, WrongCardType, CardFound, Deactivated, Success, Failed, Cancelling, Stopping,
    BrowserGoesTo, OwnData, NotOnChip, NotGranted, Yes, No, NotExpired, DemoIntro, DemoUnattended, LabReady, LabTry, LabStop, LabBrowser, LabVariants, LabTlsVariants,
    Listening, NoIpv6, SaveTerms, TermsSaved, RootIsMissing, NoProductionRoots, CardOfOtherPki,
    count
};
// clang-format on

std::string_view text(Text which, Language language);
std::string rightLabel(std::string_view right, Language language); // "FamilyName" -> "Familienname"; unknown: as it is
Language languageOfEnvironment();                                  // LC_ALL, LC_MESSAGES, LANG

} // namespace eidkern::cli
