// The commands that log in: demo, self-auth and auth.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "cli/exit_codes.h"
#include "cli/texts.h"

namespace eidkern::cli
{

enum class Consent { Ask, Auto };

struct LoginOptions
{
    std::string url;               // of the tcToken
    bool self = false;             // self-authentication
    std::vector<std::string> cvcaFiles;
    std::string card = "sim";      // "sim" or "sim:FILE"
    int pinDescriptor = -1;
    Consent consent = Consent::Ask;
    bool json = false;
    std::string logFile;
    std::string tlsProfile = "default";
    Language language = Language::English;
};

struct DemoOptions
{
    LoginOptions login;
    std::string persona; // file; empty: the built-in adult
};

ExitCode login(const LoginOptions& options);
ExitCode demo(DemoOptions options);

} // namespace eidkern::cli
