// A value that must not leak: PIN, CAN, PUK, PSK, session keys, personal data.
// It lives on the heap, is wiped when it dies, moves by handing over the pointer, compares in constant time, and can be
// neither copied by accident nor printed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "eidkern/export.h"

namespace eidkern
{

class EIDKERN_API Secret
{
public:
    Secret() = default; // empty
    explicit Secret(std::string_view text);
    explicit Secret(std::span<const std::uint8_t> bytes);
    static Secret ofSize(std::size_t bytes); // zeros, to be filled through data()

    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept; // what was held before is wiped
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    Secret clone() const; // the only way to a second copy
    void wipe();          // empty afterwards

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::uint8_t* data() { return bytes_; }
    std::span<const std::uint8_t> view() const { return {bytes_, size_}; }
    std::string_view text() const; // the same bytes as characters; valid as long as this object

    friend EIDKERN_API bool operator==(const Secret& a, const Secret& b); // time depends on the lengths only

private:
    std::uint8_t* bytes_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace eidkern
