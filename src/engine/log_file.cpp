#include "eidkern/log_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <sys/file.h>
#include <sys/stat.h>

#include "engine/own_folder.h"

namespace eidkern
{

class LogFile::Impl
{
public:
    Impl(std::string path, std::size_t most) : path_(std::move(path)), most_(most) {}

    bool open() // else errno says why
    {
        Descriptor opened(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | (isBounded() ? O_NONBLOCK : 0), 0600));
        if (!opened || (isBounded() && !isOurFile(opened))) return false;
        file_ = std::move(opened);
        return true;
    }
    void write(const std::string& line)
    {
        const auto whole = line + "\n";
        if (isBounded() && !makeRoom(whole.size())) return;
        (void)!::write(file_.get(), whole.data(), whole.size());
    }

private:
    bool isBounded() const { return most_ != std::numeric_limits<std::size_t>::max(); }

    // Another program may have put the file aside, perhaps twice: then ours is full, or has no name any more.
    bool makeRoom(std::size_t size)
    {
        struct stat about{};
        if (size > most_ || ::fstat(file_.get(), &about) != 0) return false;
        if (about.st_nlink > 0 && std::size_t(about.st_size) + size <= most_) return true;
        return putAside(about) && open();
    }
    static bool isOurFile(const Descriptor& opened)
    {
        struct stat about{};
        const bool ours = isOursAlone(opened) && ::fstat(opened.get(), &about) == 0 && S_ISREG(about.st_mode) && ::fchmod(opened.get(), 0600) == 0;
        if (!ours) errno = EPERM;
        return ours;
    }
    bool putAside(const struct stat& ours) const // by one program only; who comes meanwhile leaves out a line
    {
        struct stat there{};
        if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) return false;
        const bool same = ::lstat(path_.c_str(), &there) == 0 && there.st_ino == ours.st_ino && there.st_dev == ours.st_dev;
        return !same || ::rename(path_.c_str(), (path_ + ".1").c_str()) == 0;
    }

    const std::string path_;
    const std::size_t most_;
    Descriptor file_;
};

LogFile::Opened LogFile::append(const std::string& path)
{
    const auto impl = std::make_shared<Impl>(path, std::numeric_limits<std::size_t>::max());
    if (!impl->open()) return tl::unexpected(path + ": " + std::strerror(errno));
    return LogFile(impl);
}

LogFile::Opened LogFile::bounded(const std::string& path, std::size_t most)
{
    const auto slash = path.rfind('/');
    const auto folder = slash == std::string::npos ? std::string(".") : path.substr(0, slash);
    makeOwnFolder(folder);
    if (const auto opened = openOwnFolder(folder); !opened) return tl::unexpected(opened.error().empty() ? folder + ": cannot be made" : opened.error());
    const auto impl = std::make_shared<Impl>(path, most);
    if (!impl->open()) return tl::unexpected(path + ": " + std::strerror(errno));
    return LogFile(impl);
}

void LogFile::operator()(const std::string& line) const { impl_->write(line); }

} // namespace eidkern
