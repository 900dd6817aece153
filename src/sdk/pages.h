// What a browser shows when it is not sent back to a service. Complete HTML documents without scripts and foreign resources;
// every text from outside is escaped.
#pragma once
#include <string>
#include <string_view>

#include "eidkern/failure.h"

namespace eidkern::sdk
{

Language languageFor(std::string_view acceptLanguage); // German or English, whichever is preferred (RFC 9110 12.5.4)

std::string failurePage(const Failure& failure, Language language);
std::string busyPage(std::string_view sameTarget, Language language); // with a link to try again
std::string notFoundPage(Language language);
std::string badRequestPage(Language language);
std::string internalErrorPage(Language language);

std::string escaped(std::string_view text); // for HTML texts and attribute values

} // namespace eidkern::sdk
