// The link certificates that services have shown, kept between logins: one file each in a folder of this user's own. They are
// no more than a memory: the engine verifies them again in each login.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace eidkern::cli
{

class LinkCertificates
{
public:
    // Folder (0700) and its missing parents are made when the first one is kept. Empty: nothing is read and nothing is kept.
    explicit LinkCertificates(std::string folder) : folder_(std::move(folder)) {}

    std::vector<std::vector<std::uint8_t>> all() const;          // at most 64 of at most 8 KiB
    void keep(const std::vector<std::uint8_t>& certificate) const; // as a file of mode 0600; what fails is said, and the login goes on

    static std::string usualFolder(); // $XDG_DATA_HOME/eidkern/link-certificates; empty: there is no home

private:
    std::string folder_;
};

} // namespace eidkern::cli
