#include "cli/link_certificates.h"

#include <QCryptographicHash>
#include <QDir>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/files.h"

namespace eidkern::cli
{

static constexpr int mostCertificates = 64;
static constexpr std::size_t largestCertificate = 8 * 1024;

// A descriptor of the folder, if it is one, is ours, and nobody else may write into it. Else -1, and it is said why; a folder
// that is not there yet is no reason to say anything.
static int openFolder(const std::string& path)
{
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
    {
        if (errno != ENOENT) complain(path + ": " + std::strerror(errno));
        return -1;
    }
    struct stat about{};
    if (::fstat(folder, &about) == 0 && about.st_uid == ::geteuid() && (about.st_mode & 022) == 0) return folder;
    complain(path + ": link certificates are not read from, nor kept in, a folder that others may write into");
    ::close(folder);
    return -1;
}

static QStringList namesIn(const std::string& folder)
{
    return QDir(QString::fromStdString(folder)).entryList({QStringLiteral("*.cvcert")}, QDir::Files, QDir::Name);
}

std::vector<std::vector<std::uint8_t>> LinkCertificates::all() const
{
    std::vector<std::vector<std::uint8_t>> certificates;
    const int folder = folder_.empty() ? -1 : openFolder(folder_);
    if (folder < 0) return certificates;
    for (const auto& name : namesIn(folder_).mid(0, mostCertificates))
    {
        const int file = ::openat(folder, name.toLocal8Bit().constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (file < 0) continue;
        std::vector<std::uint8_t> content(largestCertificate + 1);
        const auto size = ::read(file, content.data(), content.size());
        ::close(file);
        if (size <= 0 || std::size_t(size) > largestCertificate) continue;
        content.resize(std::size_t(size));
        certificates.push_back(std::move(content));
    }
    ::close(folder);
    return certificates;
}

static void makeFolder(const std::string& path)
{
    std::error_code ignored; // opening it tells
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    ::mkdir(path.c_str(), 0700);
}

void LinkCertificates::keep(const std::vector<std::uint8_t>& certificate) const
{
    if (folder_.empty() || certificate.size() > largestCertificate) return;
    makeFolder(folder_);
    const int folder = openFolder(folder_);
    if (folder < 0) return;
    const QByteArray content(reinterpret_cast<const char*>(certificate.data()), qsizetype(certificate.size()));
    const auto name = QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex() + ".cvcert", fresh = name + ".new";
    if (namesIn(folder_).size() >= mostCertificates) complain(folder_ + ": holds as many link certificates as are kept; this one is not");
    else
    {
        ::unlinkat(folder, fresh.constData(), 0); // of a run that was cut short
        const bool kept = writeNewFile(folder, fresh.toStdString(), {certificate.data(), certificate.size()})
                       && ::renameat(folder, fresh.constData(), folder, name.constData()) == 0;
        if (!kept) complain(folder_ + ": " + std::strerror(errno));
    }
    ::close(folder);
}

std::string LinkCertificates::usualFolder()
{
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data && *data == '/') return std::string(data) + "/eidkern/link-certificates"; // a relative one is to be ignored
    const char* home = std::getenv("HOME");
    return home && *home == '/' ? std::string(home) + "/.local/share/eidkern/link-certificates" : std::string();
}

} // namespace eidkern::cli
