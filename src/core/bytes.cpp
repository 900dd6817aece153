#include "core/bytes.h"

#include <openssl/crypto.h>

namespace eidkern
{

std::string toHex(ByteView bytes)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes)
    {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool decode(std::string_view text, std::uint8_t* out)
{
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    {
        const int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0) return false;
        *out++ = std::uint8_t(high << 4 | low);
    }
    return text.size() % 2 == 0;
}

std::optional<Bytes> fromHex(std::string_view text)
{
    Bytes bytes(text.size() / 2);
    if (!decode(text, bytes.data())) return {};
    return bytes;
}

std::optional<Secret> secretFromHex(std::string_view text)
{
    auto secret = Secret::ofSize(text.size() / 2);
    if (!decode(text, secret.data())) return {};
    return secret;
}

Bytes concat(std::initializer_list<ByteView> parts)
{
    std::size_t size = 0;
    for (const auto part : parts) size += part.size();
    Bytes bytes;
    bytes.reserve(size);
    for (const auto part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
    return bytes;
}

bool equalInConstantTime(ByteView a, ByteView b) { return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0); }

} // namespace eidkern
