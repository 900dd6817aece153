// Small files that other programs of this user look for while this one runs.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "eidkern/secret.h"

namespace eidkern::cli
{

// Written anew (0600, no symbolic links followed), removed at the end. One of the same name that a program left behind which had
// our process id is replaced, if it is this user's.
class OwnFile
{
public:
    OwnFile(std::string path, std::string_view content); // what does not work is said
    ~OwnFile();
    OwnFile(const OwnFile&) = delete;
    bool exists() const { return !path_.empty(); }

private:
    std::string path_;
};

std::string temporaryPath(const std::string& name); // in the folder for temporary files

// The token in this file: one line of 16 to 256 printable characters, readable by this user alone. A file that is missing is made,
// with a random one, and stays. Nothing: it has been said what is wrong.
std::optional<Secret> tokenFrom(const std::string& path);

} // namespace eidkern::cli
