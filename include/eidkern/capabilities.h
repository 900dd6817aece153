// What the libraries below us can do on this machine.
#pragma once
#include <string>
#include <vector>

#include "eidkern/export.h"

namespace eidkern
{

struct CurveSupport
{
    int parameterId; // TR-03110-3 A.2.1.1: 8 .. 18
    std::string name;
    bool available;  // some systems leave curves out of OpenSSL
};
EIDKERN_API std::vector<CurveSupport> curveSupport();

EIDKERN_API std::string cryptoLibrary(); // "OpenSSL 3.0.17 1 Jul 2025", as it runs

} // namespace eidkern
