// The result of self-authentication as JSON, as the federal service for it answers (PersonalData, OperationsAllowedByUser,
// Result). ALLOWED: granted and read; NOTONCHIP: granted, but this card has no such data group; PROHIBITED: not granted.
#pragma once
#include <string>

#include "lab/session.h"

namespace eidkern::lab
{

std::string selfAuthenticationJson(const SessionRecord& record); // a failed login: the Result alone

} // namespace eidkern::lab
