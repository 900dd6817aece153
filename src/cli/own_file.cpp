#include "cli/own_file.h"

#include <QDir>
#include <QRandomGenerator>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/prompt.h"

namespace eidkern::cli
{

static bool isOurs(const struct stat& about) { return S_ISREG(about.st_mode) && about.st_uid == ::geteuid(); }

static bool write(const std::string& path, std::string_view content, Keep keep)
{
    return writeNewFile(AT_FDCWD, path, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()}, keep);
}

OwnFile::OwnFile(std::string path, std::string_view content)
{
    bool written = write(path, content, Keep::WhileWeRun);
    if (struct stat about{}; !written && errno == EEXIST && ::lstat(path.c_str(), &about) == 0 && isOurs(about))
        written = ::unlink(path.c_str()) == 0 && write(path, content, Keep::WhileWeRun);
    if (written) path_ = std::move(path);
    else complain(path + ": " + std::strerror(errno));
}

OwnFile::~OwnFile()
{
    if (exists()) ::unlink(path_.c_str());
}

std::string temporaryPath(const std::string& name) { return QDir::temp().filePath(QString::fromStdString(name)).toStdString(); }

static Secret newToken()
{
    std::array<std::uint32_t, 8> random;
    QRandomGenerator::system()->fillRange(random.data(), random.size());
    auto token = Secret::ofSize(sizeof random * 2);
    for (std::size_t i = 0; i < token.size(); ++i) token.data()[i] = std::uint8_t("0123456789abcdef"[random[i / 8] >> i % 8 * 4 & 0xF]);
    random.fill(0);
    return token;
}

std::optional<Secret> tokenFrom(const std::string& path)
{
    const auto refuse = [&](const std::string& why) { return complain("--token-file " + path + ": " + why), std::nullopt; };
    const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 && errno == ENOENT)
    {
        auto token = newToken();
        if (!write(path, token.text(), Keep::ForLong)) return refuse(std::strerror(errno));
        return token;
    }
    if (file < 0) return refuse(std::strerror(errno));
    struct stat about{};
    const bool safe = ::fstat(file, &about) == 0 && isOurs(about) && (about.st_mode & 077) == 0;
    auto token = safe ? lineOf(file, 256) : std::nullopt;
    ::close(file);
    if (!safe) return refuse("it must be a file that its owner alone can read, and this user its owner (chmod 600)");
    const bool printable = token && std::ranges::all_of(token->text(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (!printable || token->size() < 16) return refuse("one line of 16 to 256 printable characters without blanks is needed");
    return token;
}

} // namespace eidkern::cli
