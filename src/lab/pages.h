// The pages of the eService that say something: where a login starts, and how it ended.
#pragma once
#include "lab/eid_dialogue.h"
#include "lab/page_frame.h"

namespace eidkern::lab
{

struct StartLinks // for the eID client on this machine (TR-03124-1 2.1)
{
    std::string client; // where it listens: HOST:PORT
    std::string login, selfAuthentication;
};

HttpAnswer startPage(const PageAddress& address, const ServiceRequest& request, const StartLinks& links);

// Data and checks of a login that is over, or why it failed.
HttpAnswer resultPage(const PageAddress& address, const ServiceRequest& request, const SessionRecord& record);

// CommunicationErrorAddress: the client found no other way back. `minor`: what it gave as ResultMinor.
HttpAnswer communicationErrorPage(const PageAddress& address, std::string_view minor);

HttpAnswer unknownLoginPage(const PageAddress& address);

} // namespace eidkern::lab
