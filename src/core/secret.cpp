#include "eidkern/secret.h"

#include <cstring>
#include <openssl/crypto.h>
#include <utility>

namespace eidkern
{

Secret::Secret(std::string_view text) : Secret(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())) {}

Secret::Secret(std::span<const std::uint8_t> bytes)
{
    *this = ofSize(bytes.size());
    if (!bytes.empty()) std::memcpy(bytes_, bytes.data(), bytes.size());
}

Secret Secret::ofSize(std::size_t bytes)
{
    Secret secret;
    if (bytes == 0) return secret;
    secret.bytes_ = new std::uint8_t[bytes]();
    secret.size_ = bytes;
    return secret;
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept
{
    if (this == &other) return *this;
    wipe();
    bytes_ = std::exchange(other.bytes_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
}

Secret::~Secret() { wipe(); }

Secret Secret::clone() const { return Secret(view()); }

void Secret::wipe()
{
    if (!bytes_) return;
    OPENSSL_cleanse(bytes_, size_);
    delete[] std::exchange(bytes_, nullptr);
    size_ = 0;
}

std::string_view Secret::text() const { return {reinterpret_cast<const char*>(bytes_), size_}; }

bool operator==(const Secret& a, const Secret& b) { return a.size_ == b.size_ && (a.size_ == 0 || CRYPTO_memcmp(a.bytes_, b.bytes_, a.size_) == 0); }

} // namespace eidkern
