#include "sdk/rights_question.h"

namespace eidkern::sdk
{

static Rights rightsOf(const std::vector<std::string>& names) // those that have a name in this API
{
    Rights rights;
    for (const auto& each : names)
        if (const auto right = accessRightNamed(each)) rights.add(*right);
    return rights;
}

RightsQuestion::RightsQuestion(RightsAsked asked) : asked_(std::move(asked))
{
    chat_.required = rightsOf(asked_.required);
    chat_.optional = rightsOf(asked_.optional);
    chat_.effective = chat_.required | chat_.optional;
}

std::string_view RightsQuestion::keep(const command::SetAccessRights& command)
{
    using command::SetAccessRights;
    if (const auto fault = command.fault(); !fault.empty()) return fault;
    if (chat_.optional.empty()) return SetAccessRights::noOptional;
    auto kept = chat_.required;
    for (const auto& each : *command.chat.value)
    {
        if (!each) return SetAccessRights::noString;
        const auto right = accessRightNamed(*each);
        if (!right) return SetAccessRights::unknown;
        if (!chat_.optional.has(*right)) return SetAccessRights::notOptional;
        kept.add(*right);
    }
    chat_.effective = kept;
    return {};
}

std::vector<std::string> RightsQuestion::granted() const
{
    std::vector<std::string> names;
    for (const auto& each : asked_.optional)
        if (const auto right = accessRightNamed(each); right && chat_.effective.has(*right)) names.push_back(each);
    return names;
}

message::AccessRights RightsQuestion::rights() const
{
    message::AccessRights message;
    message.chat = chat_;
    Aux aux{asked_.bornUntil, asked_.communityId, asked_.requiredAge ? std::to_string(*asked_.requiredAge) : std::string(), asked_.validOn};
    const bool any = !aux.ageVerificationDate.empty() || !aux.communityId.empty() || !aux.requiredAge.empty() || !aux.validityDate.empty();
    if (any) message.aux = std::move(aux);
    message.transactionInfo = asked_.transactionInfo;
    return message;
}

message::Certificate RightsQuestion::certificate() const
{
    const auto& s = asked_.service;
    message::Certificate message;
    message.description = {s.issuerName, s.issuerUrl, s.purpose, s.name, s.url, s.terms};
    message.validity = {s.validFrom, s.validUntil};
    return message;
}

} // namespace eidkern::sdk
