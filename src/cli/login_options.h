// What the commands that use a card have in common: demo, self-auth, auth, serve, change-pin, unblock and check-pin.
#pragma once
#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/automatic.h"
#include "cli/proxy_option.h"
#include "cli/texts.h"

namespace eidkern::cli
{

enum class Consent { Ask, Auto };

struct LoginOptions
{
    std::vector<std::string> cvcaFiles;
    std::string card; // "sim", "sim:PERSONA", "pcsc" or "pcsc:READER"; empty: see chooseCard()
    int pinDescriptor = -1, canDescriptor = -1, pukDescriptor = -1, newPinDescriptor = -1;
    bool lastTry = false;      // a PIN may be tried when it is the last try
    bool allowTrivial = false; // a new PIN may be one that others try first
    Consent consent = Consent::Ask;
    std::shared_ptr<Automatic> automatic = {}; // with Consent::Auto: passwords, and where a real card may answer
    bool json = false;
    std::string log = "none"; // or a file; "-": standard error; empty: the usual one of a service, see usualLog()
    std::string tlsProfile = "default";
    bool developerMode = false;
    ProxyOptions proxy;
    std::string trustStore; // folder; empty: none is read or kept
    std::string saveTerms;  // file; empty: not saved
    Language language = Language::English;
};

void addPasswordOptions(CLI::App& command, LoginOptions& options); // of the commands without a service
void addLoginOptions(CLI::App& command, LoginOptions& options);    // of those with one
void addDescriptor(CLI::App& command, const std::string& option, int& descriptor, const std::string& what);

// If none was asked for: one in a reader, but a simulated one where nobody is asked.
void chooseCard(LoginOptions& options);

} // namespace eidkern::cli
