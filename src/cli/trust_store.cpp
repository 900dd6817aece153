#include "cli/trust_store.h"

#include <QCryptographicHash>
#include <QDir>
#include <algorithm>
#include <array>
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

namespace
{

constexpr int mostCertificates = 256, mostLearned = 64;
constexpr std::size_t largestCertificate = 8 * 1024;

// NAME is the SHA-256: the same certificate twice is one file. In the order of Kept.
constexpr std::array<const char*, 3> endings{".production.cvcert", ".test.cvcert", ".cvcert"};

Kept keptAs(const QString& name)
{
    const auto found = std::ranges::find_if(endings, [&name](const char* ending) { return name.endsWith(QLatin1String(ending)); });
    return Kept(found - endings.begin());
}

bool isOursAlone(int descriptor)
{
    struct stat about{};
    return ::fstat(descriptor, &about) == 0 && about.st_uid == ::geteuid() && (about.st_mode & 022) == 0;
}

// A descriptor of the folder, if it is one, is ours, and nobody else may write into it. Else -1, and it is said why; a folder
// that is not there yet is no reason to say anything.
int openFolder(const std::string& path)
{
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
    {
        if (errno != ENOENT) complain(path + ": " + std::strerror(errno));
        return -1;
    }
    if (isOursAlone(folder)) return folder;
    complain(path + ": a trust store is not read from, nor kept in, a folder that others may write into");
    ::close(folder);
    return -1;
}

QStringList namesIn(const std::string& folder)
{
    return QDir(QString::fromStdString(folder)).entryList({QStringLiteral("*.cvcert")}, QDir::Files, QDir::Name).mid(0, mostCertificates);
}

std::vector<std::uint8_t> contentOf(int folder, const QString& name, const std::string& path) // empty: not to be used
{
    const int file = ::openat(folder, name.toLocal8Bit().constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return {};
    std::vector<std::uint8_t> content(largestCertificate + 1);
    const bool ours = isOursAlone(file);
    if (!ours) complain(path + ": not used, because others may write into it");
    const auto size = ours ? ::read(file, content.data(), content.size()) : 0;
    ::close(file);
    content.resize(size > 0 && std::size_t(size) <= largestCertificate ? std::size_t(size) : 0);
    return content;
}

void addAll(const std::string& path, std::vector<KeptCertificate>& kept)
{
    const int folder = path.empty() ? -1 : openFolder(path);
    if (folder < 0) return;
    for (const auto& name : namesIn(path))
    {
        const auto where = path + "/" + name.toStdString();
        auto content = contentOf(folder, name, where);
        if (!content.empty()) kept.push_back({std::move(content), keptAs(name), where});
    }
    ::close(folder);
}

void makeFolder(const std::string& path)
{
    std::error_code ignored; // opening it tells
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    ::mkdir(path.c_str(), 0700);
}

std::string dataFolder(const char* name)
{
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data && *data == '/') return std::string(data) + "/eidkern/" + name; // a relative one is to be ignored
    const char* home = std::getenv("HOME");
    return home && *home == '/' ? std::string(home) + "/.local/share/eidkern/" + name : std::string();
}

} // namespace

std::string TrustStore::usualFolder() { return dataFolder("trust"); }

std::vector<KeptCertificate> TrustStore::all() const
{
    std::vector<KeptCertificate> kept;
    addAll(folder_, kept);
    if (folder_ == usualFolder()) addAll(dataFolder("link-certificates"), kept);
    return kept;
}

bool TrustStore::keep(const std::vector<std::uint8_t>& certificate, Kept as) const
{
    if (folder_.empty()) return complain("there is no folder for a trust store: HOME is not set"), false;
    if (certificate.size() > largestCertificate) return complain(folder_ + ": certificates of more than 8 KiB are not kept"), false;
    makeFolder(folder_);
    const int folder = openFolder(folder_);
    if (folder < 0) return false;
    const QByteArray content(reinterpret_cast<const char*>(certificate.data()), qsizetype(certificate.size()));
    const auto name = QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex() + endings[std::size_t(as)], fresh = name + ".new";
    bool kept = false;
    if (namesIn(folder_).size() >= mostCertificates) complain(folder_ + ": holds as many certificates as are kept; this one is not");
    else
    {
        ::unlinkat(folder, fresh.constData(), 0); // of a run that was cut short
        kept = writeNewFile(folder, fresh.toStdString(), {certificate.data(), certificate.size()})
            && ::renameat(folder, fresh.constData(), folder, name.constData()) == 0;
        if (!kept) complain(folder_ + ": " + std::strerror(errno));
    }
    ::close(folder);
    return kept;
}

bool TrustStore::keepLearned(const std::vector<std::uint8_t>& link) const
{
    if (folder_.empty()) return false;
    const auto isLink = [](const QString& name) { return keptAs(name) == Kept::Link; };
    if (std::ranges::count_if(namesIn(folder_), isLink) < mostLearned) return keep(link, Kept::Link);
    return complain(folder_ + ": holds as many link certificates as are kept; this one is not"), false;
}

std::vector<TrustAnchor> rootsOf(const std::vector<KeptCertificate>& kept)
{
    std::vector<TrustAnchor> roots;
    for (const auto& each : kept)
    {
        if (each.as == Kept::Link) continue;
        auto root = TrustAnchor::parse(each.whole, each.as == Kept::ProductionRoot ? Pki::Production : Pki::Test);
        root ? roots.push_back(std::move(*root)) : complain(each.path + ": not used: " + root.error());
    }
    return roots;
}

std::vector<std::vector<std::uint8_t>> linksOf(const std::vector<KeptCertificate>& kept)
{
    std::vector<std::vector<std::uint8_t>> links;
    for (const auto& each : kept)
        if (each.as == Kept::Link) links.push_back(each.whole);
    return links;
}

} // namespace eidkern::cli
