// VERIFY of authenticated auxiliary data (TR-03110-3 B.11.5; rules of TR-03110-4 2.2.4): is the holder old enough, is the
// document valid, does the holder live there?
#pragma once
#include <map>

#include "card/apdu.h"
#include "card/simulator/session.h"

namespace eidkern::card
{

// 9000 yes, 6300 no, 6A88 the terminal has not sent this item, 6982 it may not ask.
ResponseApdu verifyAuxiliaryData(const CommandApdu& command, const ProvenTerminal& terminal, const std::map<int, Bytes>& dataGroups);

} // namespace eidkern::card
