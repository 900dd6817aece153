// The result of self-authentication as JSON, as the federal service for it answers (PersonalData, OperationsAllowedByUser,
// Result). ALLOWED: granted and read; NOTONCHIP: granted, but this card has no such data group; PROHIBITED: not granted.
// What the card said to a check stands beside it, as in the result of TR-03130-1: FulfilsAgeVerification and
// FulfilsPlaceVerification with FulfilsRequest true or false, and DocumentValidity.
#pragma once
#include <string>

#include "lab/session.h"

namespace eidkern::lab
{

std::string selfAuthenticationJson(const SessionRecord& record); // a failed login: the Result alone

} // namespace eidkern::lab
