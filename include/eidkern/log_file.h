// The log in a file: what EngineSettings::log and JsonApiSettings::log may be.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "eidkern/export.h"

namespace eidkern
{

// Lines are appended, each in one piece, so that several programs may write into the same file. A new file is this user's alone (0600),
// and a symbolic link is not followed. What cannot be written is lost, and stops nothing. Copies share the file; one thread at a time.
class EIDKERN_API LogFile
{
public:
    using Opened = tl::expected<LogFile, std::string>; // else "PATH: what is wrong"

    static Opened append(const std::string& path); // as long as it may become

    // Of at most `most` bytes: when it is full it becomes PATH.1, in place of an older one, and a new one is begun. Its folder is made
    // (0700, with missing parents); it and the file have to be this user's own, and nobody else may write into them.
    static Opened bounded(const std::string& path, std::size_t most);

    void operator()(const std::string& line) const; // without its end; one that is longer than the file may be is left out

private:
    class EIDKERN_LOCAL Impl;
    explicit LogFile(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<Impl> impl_;
};

} // namespace eidkern
