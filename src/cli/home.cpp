#include "cli/home.h"

#include <cstdlib>

#include "cli/files.h"

namespace eidkern::cli
{

// `variable`, or what stands for it below the home folder (XDG Base Directory Specification); a relative one is to be ignored.
static std::string ours(const char* variable, const std::string& belowHome, const std::string& name)
{
    const char* base = std::getenv(variable);
    if (base && *base == '/') return std::string(base) + "/eidkern/" + name;
    const char* home = std::getenv("HOME");
    return home && *home == '/' ? std::string(home) + "/" + belowHome + "/eidkern/" + name : std::string();
}

static std::string data(const std::string& name) { return ours("XDG_DATA_HOME", ".local/share", name); }

std::string usualTrustStore() { return data("trust"); }

std::string usualLog() { return ours("XDG_STATE_HOME", ".local/state", "serve.log"); }

TrustStore trustStoreIn(const std::string& folder) { return {folder, complain, folder == usualTrustStore() ? data("link-certificates") : std::string()}; }

} // namespace eidkern::cli
