#include "sdk/results.h"

#include <algorithm>
#include <array>

namespace eidkern::sdk
{

namespace
{

constexpr std::string_view minorPrefix = "http://www.bsi.bund.de/ecard/api/1.1/resultminor";
constexpr std::string_view unknownError = "/al/common#unknownError";

struct Meaning
{
    std::string_view minor;
    Texts text;
};

constexpr std::array meanings{
    Meaning{"/sal#cancellationByUser", {"Der Vorgang wurde abgebrochen.", "The process was cancelled."}},
    Meaning{"/dp#trustedChannelEstablishmentFailed",
            {"Eine vertrauenswürdige Verbindung kam nicht zustande.", "A trusted connection could not be established."}},
    Meaning{"/al/common#communicationError", {"Die Verbindung ist gestört.", "There was a communication problem."}},
    Meaning{"/al/common#parameterError", {"Der Dienst hat unbrauchbare Angaben geschickt.", "The service sent unusable data."}},
    Meaning{"/al/common#noPermission", {"Der Vorgang ist nicht erlaubt.", "The process is not permitted."}},
    Meaning{"/al/common#internalError", {"Es ist ein unerwarteter Fehler aufgetreten.", "Something unexpected happened."}},
    Meaning{"/il/signature#invalidCertificatePath", {"Die Berechtigung des Dienstes ist nicht gültig.", "The authorisation of the service is not valid."}},
    Meaning{unknownError, {"Der Vorgang ist gescheitert.", "The process failed."}},
};

std::string_view shortText(std::string_view minor, Language language)
{
    const auto found = std::ranges::find(meanings, minor, &Meaning::minor);
    return (found == meanings.end() ? meanings.back() : *found).text.in(language);
}

std::string_view serversMinor(const Failure& failure) // what the eID-Server gave as its reason is passed on
{
    if (failure.code != FailureCode::Start_Paos_Response_Error) return {};
    const auto given = std::ranges::find(failure.info, "Result_Minor", &std::pair<std::string, std::string>::first);
    if (given == failure.info.end() || !given->second.starts_with(minorPrefix)) return {};
    return std::string_view(given->second).substr(minorPrefix.size());
}

std::vector<Hint> hintsOf(const FailureEntry& entry, Language language)
{
    std::vector<Hint> hints;
    const auto texts = entry.hints(language);
    for (std::size_t i = 0; i < texts.size(); ++i) hints.push_back({std::string(entry.hintIds[i]), std::string(texts[i])});
    return hints;
}

WorkflowResult resultOf(const std::optional<Failure>& failure, Language language)
{
    if (!failure) return {};
    const auto& entry = describe(failure->code);
    auto minor = serversMinor(*failure);
    if (minor.empty()) minor = entry.minor.empty() ? unknownError : entry.minor;
    WorkflowResult result;
    result.major = ResultMajor::Error;
    result.minor = std::string(minorPrefix).append(minor);
    result.message = shortText(minor, language);
    result.description = entry.cause(language);
    result.language = language;
    result.hints = hintsOf(entry, language);
    result.reason = failure->code;
    return result;
}

} // namespace

message::Auth authEnd(const WorkflowFinished& end, Language language)
{
    message::Auth message;
    message.result = resultOf(end.failure, language);
    if (end.browserStatus == 303) message.url = end.browserLocation;
    return message;
}

message::ChangePin changePinEnd(const WorkflowFinished& end, Language language)
{
    message::ChangePin message;
    message.success = !end.failure;
    if (!end.failure) return message;
    message.reason = end.failure->code;
    message.hints = hintsOf(describe(end.failure->code), language);
    return message;
}

message::FailureCodes failureCodes(Language language)
{
    message::FailureCodes message;
    message.language = language;
    for (const auto& each : failureCatalogue())
    {
        if (!each.live) continue;
        FailureInfo entry;
        entry.cause = each.cause(language);
        entry.code = *failureCode(each.name);
        entry.hints = hintsOf(each, language);
        entry.info.assign(each.info.begin(), each.info.end());
        entry.minor = each.minor;
        entry.origin = each.origin;
        entry.retry = each.retry;
        message.codes.push_back(std::move(entry));
    }
    return message;
}

} // namespace eidkern::sdk
