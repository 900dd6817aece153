#include "eidkern/trust_store.h"

#include <QCryptographicHash>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>

#include "engine/own_folder.h"

namespace eidkern
{

namespace
{

constexpr std::size_t mostCertificates = 256, mostLearned = 64, largestCertificate = 8 * 1024;

// NAME is the SHA-256: the same certificate twice is one file. In the order of Kept.
constexpr std::array<const char*, 3> endings{".production.cvcert", ".test.cvcert", ".cvcert"};

Kept keptAs(const std::string& name)
{
    const auto found = std::ranges::find_if(endings, [&name](const char* ending) { return name.ends_with(ending); });
    return Kept(found - endings.begin());
}

std::vector<std::string> namesIn(const std::string& folder) // in order; none where there is no folder
{
    std::vector<std::string> names;
    std::error_code failed;
    for (std::filesystem::directory_iterator each(folder, failed), end; !failed && each != end; each.increment(failed))
        if (auto name = each->path().filename().string(); name.ends_with(endings.back()) && !name.starts_with('.')) names.push_back(std::move(name));
    std::ranges::sort(names);
    names.resize(std::min(names.size(), mostCertificates));
    return names;
}

bool writeNew(const Descriptor& folder, const char* name, std::span<const std::uint8_t> content) // it is on the disk then
{
    const Descriptor file(::openat(folder.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    return file && ::write(file.get(), content.data(), content.size()) == ssize_t(content.size()) && ::fsync(file.get()) == 0;
}

} // namespace

TrustStore::TrustStore(std::string folder, Complain complain, std::string also)
    : folder_(std::move(folder)), also_(std::move(also)), complain_(std::move(complain))
{
}

std::vector<KeptCertificate> TrustStore::all() const
{
    std::vector<KeptCertificate> kept;
    read(folder_, kept);
    read(also_, kept);
    return kept;
}

void TrustStore::read(const std::string& path, std::vector<KeptCertificate>& kept) const
{
    if (path.empty()) return;
    const auto folder = openOwnFolder(path);
    if (!folder && !folder.error().empty()) complain_(folder.error());
    if (!folder) return;
    for (const auto& name : namesIn(path))
    {
        const auto where = path + "/" + name;
        const Descriptor file(::openat(folder->get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        std::vector<std::uint8_t> content(largestCertificate + 1);
        if (file && !isOursAlone(file)) complain_(where + ": not used, because others may write into it");
        const auto size = file && isOursAlone(file) ? ::read(file.get(), content.data(), content.size()) : 0;
        if (size <= 0 || std::size_t(size) > largestCertificate) continue;
        content.resize(std::size_t(size));
        kept.push_back({std::move(content), keptAs(name), where});
    }
}

bool TrustStore::keep(const std::vector<std::uint8_t>& certificate, Kept as) const
{
    if (folder_.empty()) return complain_("there is no folder for a trust store: HOME is not set"), false;
    if (certificate.size() > largestCertificate) return complain_(folder_ + ": certificates of more than 8 KiB are not kept"), false;
    makeOwnFolder(folder_);
    const auto folder = openOwnFolder(folder_);
    if (!folder) return complain_(folder.error().empty() ? folder_ + ": cannot be made" : folder.error()), false;
    if (namesIn(folder_).size() >= mostCertificates) return complain_(folder_ + ": holds as many certificates as are kept; this one is not"), false;
    const QByteArray content(reinterpret_cast<const char*>(certificate.data()), qsizetype(certificate.size()));
    const auto name = QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex() + endings[std::size_t(as)], fresh = name + ".new";
    ::unlinkat(folder->get(), fresh.constData(), 0); // of a run that was cut short
    if (writeNew(*folder, fresh.constData(), certificate) && ::renameat(folder->get(), fresh.constData(), folder->get(), name.constData()) == 0) return true;
    return complain_(folder_ + ": " + std::strerror(errno)), false;
}

bool TrustStore::keepLearned(const std::vector<std::uint8_t>& link) const
{
    if (folder_.empty()) return false;
    const auto isLink = [](const std::string& name) { return keptAs(name) == Kept::Link; };
    if (std::size_t(std::ranges::count_if(namesIn(folder_), isLink)) < mostLearned) return keep(link, Kept::Link);
    return complain_(folder_ + ": holds as many link certificates as are kept; this one is not"), false;
}

std::vector<TrustAnchor> TrustStore::rootsOf(const std::vector<KeptCertificate>& kept) const
{
    std::vector<TrustAnchor> roots;
    for (const auto& each : kept)
    {
        if (each.as == Kept::Link) continue;
        auto root = TrustAnchor::parse(each.whole, each.as == Kept::ProductionRoot ? Pki::Production : Pki::Test);
        root ? roots.push_back(std::move(*root)) : complain_(each.path + ": not used: " + root.error());
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

} // namespace eidkern
