// Folders and files that are this user's, and into which nobody else may write.
#pragma once
#include <string>

#include <tl/expected.hpp>
#include <unistd.h>

namespace eidkern
{

class Descriptor // of an open file or folder; closes it
{
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& from) noexcept : number_(from.number_) { from.number_ = -1; }
    Descriptor& operator=(Descriptor&& from) noexcept
    {
        std::swap(number_, from.number_);
        return *this;
    }
    ~Descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_;
};

bool isOursAlone(const Descriptor& opened); // of this user; nobody else may write into it

void makeOwnFolder(const std::string& path); // 0700, as are its parents that were missing; opening it tells whether that has worked

// A folder that is ours alone, and no symbolic link. Else what is wrong: "PATH: why"; empty if it is not there.
tl::expected<Descriptor, std::string> openOwnFolder(const std::string& path);

} // namespace eidkern
