#include "cli/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "cli/printable.h"

namespace eidkern::cli
{

void complain(const std::string& sentence) { std::fprintf(stderr, "eidkern: %s\n", printableLine(sentence).c_str()); }

static tl::expected<std::string, std::string> readSmallFile(const std::string& path) // else why not
{
    constexpr std::size_t most = 1024 * 1024;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
    if (!file) return tl::unexpected(std::string(std::strerror(errno)));
    std::string content(most + 1, '\0');
    content.resize(std::fread(content.data(), 1, content.size(), file.get()));
    if (std::ferror(file.get())) return tl::unexpected(std::string(std::strerror(errno)));
    if (content.size() > most) return tl::unexpected(std::string("larger than 1 MiB"));
    return content;
}

std::optional<std::string> personaOf(const std::string& nameOrFile)
{
    if (const auto builtIn = SimulatedCard::builtInPersona(nameOrFile); !builtIn.empty()) return std::string(builtIn);
    auto content = readSmallFile(nameOrFile);
    if (content) return std::move(*content);
    std::string names;
    for (const auto& each : SimulatedCard::builtInPersonas()) names.append(names.empty() ? "" : ", ").append(each);
    return complain(nameOrFile + ": " + content.error() + ". A persona is a JSON file, or one of those built in: " + names), std::nullopt;
}

bool writeNewFile(int folder, const std::string& path, std::span<const std::uint8_t> content, Keep keep)
{
    const int file = ::openat(folder, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return false;
    bool good = true;
    while (good && !content.empty())
    {
        const auto written = ::write(file, content.data(), content.size());
        good = written > 0;
        if (good) content = content.subspan(std::size_t(written));
    }
    good = good && (keep == Keep::WhileWeRun || ::fsync(file) == 0);
    const int why = errno;
    ::close(file);
    if (!good) ::unlinkat(folder, path.c_str(), 0);
    errno = why;
    return good;
}

std::optional<std::vector<TrustAnchor>> trustAnchorsOf(const std::vector<std::string>& cvcaFiles)
{
    std::vector<TrustAnchor> anchors;
    for (const auto& path : cvcaFiles)
    {
        const auto content = readSmallFile(path);
        if (!content)
            return complain("--cvca " + path + ": " + content.error() + ". A lab that runs with --pki DIR keeps its root in DIR/cvca.cvcert."), std::nullopt;
        const auto anchor = TrustAnchor::parse({reinterpret_cast<const std::uint8_t*>(content->data()), content->size()});
        if (!anchor) return complain("--cvca " + path + ": " + anchor.error()), std::nullopt;
        anchors.push_back(*anchor);
    }
    return anchors;
}

} // namespace eidkern::cli
