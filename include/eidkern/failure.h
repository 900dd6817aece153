// How an engine says what went wrong: exactly one documented failure code per workflow, with the place and the details.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eidkern/failure_codes.h" // generated from resources/failure-codes.json: enum class FailureCode

namespace eidkern
{

enum class Origin { User, Card, Reader, Network, Service, Client };
enum class Language { German, English };

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
    bool retry;             // the same login may succeed when repeated, once the hints have been followed
    std::string_view causeGerman, causeEnglish;
    std::span<const std::string_view> hintsGerman, hintsEnglish;

    std::string_view cause(Language language) const { return language == Language::German ? causeGerman : causeEnglish; }
    std::span<const std::string_view> hints(Language language) const { return language == Language::German ? hintsGerman : hintsEnglish; }
};

std::span<const FailureEntry> failureCatalogue();        // in the order of the enum
const FailureEntry& describe(FailureCode code);
std::optional<FailureCode> failureCode(std::string_view name); // exact spelling
inline std::string_view name(FailureCode code) { return describe(code).name; }

} // namespace eidkern
