// What demo, self-auth, auth and serve have in common.
#pragma once
#include <string>
#include <vector>

#include "cli/proxy_option.h"
#include "cli/texts.h"

namespace eidkern::cli
{

enum class Consent { Ask, Auto };

struct LoginOptions
{
    std::vector<std::string> cvcaFiles;
    std::string card = "sim"; // "sim", "sim:PERSONA", "pcsc" or "pcsc:READER"
    int pinDescriptor = -1;
    Consent consent = Consent::Ask;
    bool json = false;
    std::string logFile;
    std::string tlsProfile = "default";
    bool developerMode = false;
    ProxyOptions proxy;
    std::string trustStore; // folder; empty: none is read or kept
    std::string saveTerms;  // file; empty: not saved
    Language language = Language::English;
};

} // namespace eidkern::cli
