// Secure messaging with AES-CBC and CMAC (ISO 7816-4 10, TR-03110-3 F), both ends. The send sequence counter starts at 0 and
// grows before every command and every response. After the first error an object is dead: every later open() fails.
#pragma once
#include <array>
#include <optional>

#include <tl/expected.hpp>

#include "card/apdu.h"
#include "card/key_derivation.h"

namespace eidkern::card
{

class SecureMessaging
{
public:
    static constexpr std::size_t mostShort = 223; // plain bytes that fit into a short command beside an Le, or into a short response

    explicit SecureMessaging(SessionKeys keys) : keys_(std::move(keys)) {}

    // The terminal's end.
    CommandApdu protect(const CommandApdu& command);
    std::optional<ResponseApdu> open(const ResponseApdu& response); // MAC, status word and padding checked; a plain status word: nothing

    // The card's end. Odd instructions carry DO 85 instead of 87.
    enum class CommandError { MissingObjects, IncorrectObjects }; // 6987, 6988
    tl::expected<CommandApdu, CommandError> open(const CommandApdu& command);
    ResponseApdu protect(const ResponseApdu& response, bool oddInstruction = false);

private:
    void count();
    Bytes crypt(ByteView data, bool encrypt) const;
    Bytes mac(ByteView header, ByteView objects) const; // 8 bytes
    std::optional<Bytes> decryptObject(std::uint32_t tag, ByteView value) const;
    tl::expected<CommandApdu, CommandError> unprotect(const CommandApdu& command) const;
    std::optional<ResponseApdu> unprotect(const ResponseApdu& response) const;

    SessionKeys keys_;
    std::array<std::uint8_t, 16> counter_{};
    bool dead_ = false;
};

} // namespace eidkern::card
