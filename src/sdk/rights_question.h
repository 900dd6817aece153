// What a service wants to read, as a client sees it: the rights that are required, those that may be refused, and what is left.
#pragma once
#include "contract/command.h"
#include "contract/messages.h"
#include "eidkern/events.h"

namespace eidkern::sdk
{

class RightsQuestion
{
public:
    explicit RightsQuestion(RightsAsked asked);

    std::string_view keep(const command::SetAccessRights& command); // why not; empty: these are kept, and the required ones
    QuestionId id() const { return asked_.id; }
    std::vector<std::string> granted() const; // of those that may be refused, by the engine's names

    message::AccessRights rights() const;
    message::Certificate certificate() const;

private:
    RightsAsked asked_;
    ChatInfo chat_;
};

} // namespace eidkern::sdk
