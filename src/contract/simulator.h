// SET_CARD's `simulator`: the card that is to be simulated.
#pragma once
#include <string>
#include <vector>

#include "contract/field.h"
#include "contract/json_reader.h"

namespace eidkern::sdk
{

struct SimulatorFile // all in hexadecimal digits, not checked yet
{
    std::string content, fileId, shortFileId;
};

struct SimulatorKey
{
    Secret content; // PKCS#8, in hexadecimal digits, not checked yet
    int id = 0;     // not 0
};

struct Simulator
{
    bool complete = true; // {}: a complete person; else only what every card has, the persona and what is named here
    std::optional<std::string> persona = {};
    std::vector<SimulatorFile> files = {};
    std::vector<SimulatorKey> keys = {};
    int skipped = 0; // entries of files and keys that lack something
};

std::optional<Simulator> simulatorOf(const json::Value& value); // nothing: no object

} // namespace eidkern::sdk
