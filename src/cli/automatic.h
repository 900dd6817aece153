// Answers without a person: `serve --automatic`.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "eidkern/events.h"
#include "eidkern/identity.h"

namespace eidkern::cli
{

struct Automatic
{
    std::vector<std::string> origins; // of services to which a real card may answer, as originOf() writes them
    std::optional<Secret> pin, can, puk; // of the environment
    bool developerMode = false;
    std::string simulator = {}; // whose card is simulated: a persona's name or file, or the JSON of one; empty: not said

    // PREFIX_AUTOMATIC_PIN, _CAN, _PUK, _DEVELOPERMODE (true, on, 1) and _SIMULATOR. What was secret is wiped there.
    static Automatic fromEnvironment(const Identity& identity, std::vector<std::string> origins);

    bool mayAnswer(const ServiceDescription& service) const; // with a real card
    std::optional<Secret> take(const PasswordAsked& question); // nothing: there is none, or it was wrong before; that one is forgotten
};

// "https://host:port" of an https address, for comparing. Nothing: it is none.
std::optional<std::string> originOf(const std::string& address);

} // namespace eidkern::cli
