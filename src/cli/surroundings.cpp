#include "cli/surroundings.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "cli/files.h"

namespace eidkern::cli
{

// Appends; a new file is this user's alone (0600), and symbolic links are not followed.
static std::shared_ptr<std::FILE> openLog(const std::string& path)
{
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (std::FILE* file = descriptor < 0 ? nullptr : ::fdopen(descriptor, "a")) return {file, std::fclose};
    complain("--log " + path + ": " + std::strerror(errno));
    if (descriptor >= 0) ::close(descriptor);
    return {};
}

std::optional<Surroundings> Surroundings::of(const LoginOptions& options)
{
    Surroundings made{{}, TrustStore(options.trustStore), {}};
    if (!options.logFile.empty())
    {
        auto file = openLog(options.logFile);
        if (!file) return {};
        made.log = [file = std::move(file)](const std::string& line) {
            std::fprintf(file.get(), "%s\n", line.c_str());
            std::fflush(file.get());
        };
    }
    auto proxy = proxyFor(options.proxy);
    if (!proxy) return {};
    made.proxy = std::move(*proxy);
    return made;
}

} // namespace eidkern::cli
