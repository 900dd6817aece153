// A user's trust store: one file per certificate in a folder of this user's own. Roots stand there because the user has imported
// them (`eidkern trust import`), link certificates because a service has shown them or the user has imported them. A link
// certificate is no more than a memory: the engine verifies it again in each login.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eidkern/cards.h"
#include "eidkern/export.h"

namespace eidkern
{

enum class Kept { ProductionRoot, TestRoot, Link };

struct KeptCertificate
{
    std::vector<std::uint8_t> whole; // 7F21, as it was kept
    Kept as;
    std::string path;
};

class EIDKERN_API TrustStore
{
public:
    using Complain = std::function<void(const std::string& sentence)>; // what cannot be used, or kept, and why

    // Folder (0700) and its missing parents are made when the first certificate is kept. Empty: nothing is read and nothing kept.
    // `also`: another folder that is only read. `complain` may be called as long as the store is used.
    TrustStore(std::string folder, Complain complain, std::string also = {});

    // What others could have changed is left out, and complained about. At most 256 of at most 8 KiB.
    std::vector<KeptCertificate> all() const;
    std::vector<TrustAnchor> rootsOf(const std::vector<KeptCertificate>& kept) const; // what a login takes of them

    // As a new file of mode 0600, at once or not at all. False: it has been complained about.
    bool keep(const std::vector<std::uint8_t>& certificate, Kept as) const;
    bool keepLearned(const std::vector<std::uint8_t>& link) const; // of a service: at most 64 of these

private:
    EIDKERN_LOCAL void read(const std::string& path, std::vector<KeptCertificate>& kept) const;

    std::string folder_, also_;
    Complain complain_;
};

EIDKERN_API std::vector<std::vector<std::uint8_t>> linksOf(const std::vector<KeptCertificate>& kept); // for EngineSettings::linkCertificates

} // namespace eidkern
