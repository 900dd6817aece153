#include "engine/own_folder.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace eidkern
{

bool isOursAlone(const Descriptor& opened)
{
    struct stat about{};
    return ::fstat(opened.get(), &about) == 0 && about.st_uid == ::geteuid() && (about.st_mode & 022) == 0;
}

void makeOwnFolder(const std::string& path)
{
    const auto parent = std::filesystem::path(path).parent_path().string();
    if (::mkdir(path.c_str(), 0700) == 0 || errno != ENOENT || parent == path) return;
    makeOwnFolder(parent);
    ::mkdir(path.c_str(), 0700);
}

tl::expected<Descriptor, std::string> openOwnFolder(const std::string& path)
{
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return tl::unexpected(errno == ENOENT ? std::string() : path + ": " + std::strerror(errno));
    if (!isOursAlone(folder)) return tl::unexpected(path + ": not used, because it is not this user's alone: others may write into it");
    return folder;
}

} // namespace eidkern
