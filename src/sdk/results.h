// How a workflow's end is told to a client: codes, and texts for people.
#pragma once
#include "contract/messages.h"
#include "eidkern/events.h"

namespace eidkern::sdk
{

message::Auth authEnd(const WorkflowFinished& end, Language language);
message::ChangePin changePinEnd(const WorkflowFinished& end, Language language);
message::FailureCodes failureCodes(Language language); // all that can be raised, in the catalogue's order

} // namespace eidkern::sdk
