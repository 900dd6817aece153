#include "cli/surroundings.h"

#include <cstdio>

#include "cli/files.h"
#include "cli/home.h"
#include "cli/printable.h"
#include "eidkern/log_file.h"

namespace eidkern::cli
{

static constexpr std::size_t mostOfTheUsualLog = 512 * 1024; // and as much in the older one: a bundle takes both

// Nothing: it has been said what is wrong.
static std::optional<Surroundings::Log> logOf(const std::string& option)
{
    if (option == "none") return Surroundings::Log();
    if (option == "-") return [](const std::string& line) { std::fprintf(stderr, "%s\n", printable(line).c_str()); };
    if (option.empty())
    {
        const auto path = usualLog();
        auto usual = path.empty() ? tl::unexpected(std::string("neither HOME nor XDG_STATE_HOME is set")) : LogFile::bounded(path, mostOfTheUsualLog);
        if (usual) return std::move(*usual);
        return complain("no log is kept: " + usual.error()), Surroundings::Log();
    }
    auto file = LogFile::append(option);
    if (file) return std::move(*file);
    return complain("--log " + file.error() + (option.starts_with("/dev/") ? ". Standard error is --log -" : "")), std::nullopt;
}

std::optional<Surroundings> Surroundings::of(const LoginOptions& options)
{
    auto log = logOf(options.log);
    auto proxy = log ? proxyFor(options.proxy) : std::nullopt;
    if (!proxy) return {};
    return Surroundings{std::move(*log), trustStoreIn(options.trustStore), std::move(*proxy)};
}

} // namespace eidkern::cli
