// The user's trust store: one file per certificate in a folder of this user's own. Roots stand there because the user has
// imported them, link certificates because a service has shown them or the user has imported them. A link certificate is no
// more than a memory: the engine verifies it again in each login.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eidkern/cards.h"

namespace eidkern::cli
{

enum class Kept { ProductionRoot, TestRoot, Link };

struct KeptCertificate
{
    std::vector<std::uint8_t> whole; // 7F21, as it was kept
    Kept as;
    std::string path;
};

class TrustStore
{
public:
    // Folder (0700) and its missing parents are made when the first certificate is kept. Empty: nothing is read and nothing kept.
    explicit TrustStore(std::string folder) : folder_(std::move(folder)) {}

    // What others could have changed is left out, and that is said. At most 256 of at most 8 KiB. The usual folder also
    // has what an earlier version kept beside it.
    std::vector<KeptCertificate> all() const;

    // As a new file of mode 0600, at once or not at all. False: it has been said why.
    bool keep(const std::vector<std::uint8_t>& certificate, Kept as) const;
    bool keepLearned(const std::vector<std::uint8_t>& link) const; // of a service: at most 64 of these

    static std::string usualFolder(); // $XDG_DATA_HOME/eidkern/trust; empty: there is no home

private:
    std::string folder_;
};

// What a login takes from the store.
std::vector<TrustAnchor> rootsOf(const std::vector<KeptCertificate>& kept);
std::vector<std::vector<std::uint8_t>> linksOf(const std::vector<KeptCertificate>& kept);

} // namespace eidkern::cli
