// What a browser shows when it is not sent back to a service: complete HTML documents, see pages/frame.h.
#pragma once
#include <string>
#include <string_view>

#include "eidkern/failure.h"

namespace eidkern::sdk
{

// Cause, hints, code and details; with a link to try again where repeating the request to `sameTarget` can help.
std::string failurePage(const Failure& failure, std::string_view sameTarget, Language language);
std::string busyPage(std::string_view sameTarget, Language language); // with a link to try again
std::string leavingPage(std::string_view sameTarget, Language language); // with a link to try again
std::string nobodyPage(std::string_view sameTarget, Language language); // with a link to try again
std::string otherUserPage(Language language);
std::string notFoundPage(Language language);
std::string badMethodPage(Language language);
std::string badRequestPage(Language language);
std::string nowhereToGoPage(Language language); // a login without failure, and without an address for the browser

} // namespace eidkern::sdk
