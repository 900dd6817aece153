// How an engine says what went wrong: exactly one documented failure code per workflow, with the place and the details.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eidkern/export.h"
#include "eidkern/failure_codes.h" // generated from resources/failure-codes.json: enum class FailureCode

namespace eidkern
{

enum class Origin { User, Card, Reader, Network, Service, Client };
enum class Language { German, English };

struct Texts // one text for people, in both languages; both are empty where there is none
{
    std::string_view german = {}, english = {};
    constexpr std::string_view in(Language language) const { return language == Language::German ? german : english; }
};

struct Failure
{
    FailureCode code;
    std::string state;                                         // name of the workflow state that raised it
    std::vector<std::pair<std::string, std::string>> info = {}; // e.g. Http_Status_Code, Network_Error, Card_Return_Code; no secrets
};

// What the catalogue knows about a code. `minor` is the e-card result minor behind ".../resultminor", e.g.
// "/al/common#communicationError", and is empty where the code never reaches a server.
struct FailureEntry
{
    std::string_view name;
    bool live;     // false: documented, but reserved for products that do not exist yet
    bool addition; // true: added by newer AusweisApp versions or by us
    Origin origin;
    std::string_view state; // the workflow state that raises it
    std::string_view minor;
    bool retry;             // the same login may succeed when repeated, once `change` has happened
    std::string_view causeGerman, causeEnglish;
    std::span<const std::string_view> hintsGerman, hintsEnglish, hintIds; // hintIds: their stable names, in the same order
    std::span<const std::string_view> info;                               // keys that Failure::info may have
    std::string_view changeId; // what has to change before a repetition can succeed; "service" and "program": nobody here can do it
    Texts change;
    std::string_view waiting;  // the workflow that will raise it and does not exist yet: "remote-reader"
    Texts ruledOut;            // the type or check because of which it cannot happen
    Texts rule;                // which of several similar codes it is

    std::string_view cause(Language language) const { return language == Language::German ? causeGerman : causeEnglish; }
    std::span<const std::string_view> hints(Language language) const { return language == Language::German ? hintsGerman : hintsEnglish; }
};

EIDKERN_API std::span<const FailureEntry> failureCatalogue();        // in the order of the enum
EIDKERN_API const FailureEntry& describe(FailureCode code);
EIDKERN_API std::optional<FailureCode> failureCode(std::string_view name); // exact spelling
inline std::string_view name(FailureCode code) { return describe(code).name; }

} // namespace eidkern
