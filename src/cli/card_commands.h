// The commands around readers and cards: readers, card show, card serve.
#pragma once
#include <string>
#include <vector>

#include "cli/exit_codes.h"
#include "cli/texts.h"

namespace eidkern::cli
{

struct ReadersOptions
{
    bool watch = false, json = false;
    Language language = Language::English;
};

struct ShowOptions
{
    std::string reader; // empty: the first one with a card
    bool json = false;
    Language language = Language::English;
};

struct ServeOptions
{
    std::string persona = "adult"; // built-in name, or file
    std::vector<std::string> cvcaFiles;
    std::string address; // as VpcdCard::offer
    Language language = Language::English;
};

ExitCode readers(const ReadersOptions& options); // Reader: pcscd is not running
ExitCode showCard(const ShowOptions& options);   // Card: no card, or none that we know; Reader: not reachable, or no pcscd
ExitCode serveCard(const ServeOptions& options); // until Ctrl-C

} // namespace eidkern::cli
