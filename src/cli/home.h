// Where the command line keeps what its user has. Empty: there is no home.
#pragma once
#include <string>

#include "eidkern/trust_store.h"

namespace eidkern::cli
{

std::string usualTrustStore(); // $XDG_DATA_HOME/eidkern/trust
std::string usualLog();        // of `eidkern serve`: $XDG_STATE_HOME/eidkern/serve.log; what was there before: the same with .1

// Complains to standard error. The usual one also has what an earlier version kept beside it.
TrustStore trustStoreIn(const std::string& folder);

} // namespace eidkern::cli
