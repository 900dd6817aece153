// The names of the vocabulary, for logs, info keys and messages.
#include <array>

#include "core/card_values.h"
#include "core/paos.h"
#include "core/web.h"

namespace eidkern
{

std::string_view name(WebOutcome outcome)
{
    static constexpr std::array<std::string_view, 13> names{
        "Ok",        "HostNotFound", "Refused",  "ProxyFailed", "HandshakeFailed", "ClosedInHandshake", "Rejected", "NotOpen", "ClosedBeforeReply",
        "Truncated", "BadReply",     "TooLarge", "Broken"};
    return names[std::size_t(outcome)];
}

std::string_view name(KeyKind kind)
{
    static constexpr std::array<std::string_view, 6> names{"None", "RSA", "DSA", "DH", "EC", "Other"};
    return names[std::size_t(kind)];
}

std::string_view name(CardFault fault)
{
    static constexpr std::array<std::string_view, 12> names{"CARD_NOT_FOUND",   "COMMAND_FAILED",         "PROTOCOL_ERROR",       "WRONG_LENGTH",
                                                            "INVALID_PASSWORD", "PUK_INOPERATIVE",        "CANCELLATION_BY_USER", "INPUT_TIME_OUT",
                                                            "NEW_PIN_MISMATCH", "NEW_PIN_INVALID_LENGTH", "CANCELLATION_BY_USER", "NEW_PIN_MISMATCH"};
    return names[std::size_t(fault)];
}

std::string_view name(EidType type)
{
    static constexpr std::array<std::string_view, 4> names{"CardCertified", "SECertified", "SEEndorsed", "HWKeyStore"};
    return names[std::size_t(type)];
}

std::string_view name(PasswordId id)
{
    static constexpr std::array<std::string_view, 4> names{"MRZ", "CAN", "PIN", "PUK"};
    return names[std::size_t(id) - 1];
}

namespace paos
{

static constexpr std::string_view majorError = "http://www.bsi.bund.de/ecard/api/1.1/resultmajor#error";
static constexpr std::string_view minorPrefix = "http://www.bsi.bund.de/ecard/api/1.1/resultminor";

ResultOf ResultOf::error(std::string_view minor, std::string message)
{
    return {std::string(majorError), std::string(minorPrefix).append(minor), std::move(message)};
}

std::string_view name(const ServerBody& body)
{
    static constexpr std::array<std::string_view, 8> names{
        "InitializeFramework", "DIDAuthenticateEAC1", "DIDAuthenticateEAC2", "DIDAuthenticateEACAdditional", "Transmit", "StartPAOSResponse", "DIDList",
        "Disconnect"};
    static_assert(names.size() == std::variant_size_v<ServerBody>);
    return names[body.index()];
}

std::string_view name(const ClientBody& body)
{
    static constexpr std::array<std::string_view, 10> names{
        "StartPAOS",        "InitializeFrameworkResponse", "DIDAuthenticateResponseEAC1", "DIDAuthenticateResponseEAC2",
        "TransmitResponse", "DIDAuthenticateResponseEAC1", "DIDAuthenticateResponseEAC2", "InitializeFrameworkResponse",
        "DIDListResponse",  "DisconnectResponse"};
    static_assert(names.size() == std::variant_size_v<ClientBody>);
    return names[body.index()];
}

} // namespace paos

} // namespace eidkern
