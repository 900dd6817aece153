#include "card/secure_messaging.h"

#include <openssl/crypto.h>

#include "core/hash.h"
#include "core/tlv.h"

namespace eidkern::card
{

static constexpr std::size_t blockSize = 16;
static constexpr std::uint8_t secureClass = 0x0C;

static Bytes padded(ByteView data)
{
    Bytes out = toBytes(data);
    out.push_back(0x80);
    out.resize((out.size() + blockSize - 1) / blockSize * blockSize);
    return out;
}

static std::optional<Bytes> unpadded(Bytes data)
{
    while (!data.empty() && data.back() == 0) data.pop_back();
    if (data.empty() || data.back() != 0x80) return {};
    data.pop_back();
    return data;
}

static Bytes dataObject(bool oddInstruction, ByteView cryptogram)
{
    static constexpr std::uint8_t padded = 0x01;
    return oddInstruction ? tlv(0x85, cryptogram) : tlv(0x87, {ByteView(&padded, 1), cryptogram});
}

static Bytes lengthObject(std::uint32_t le)
{
    if (le <= CommandApdu::all) return {0x97, 1, std::uint8_t(le)};
    return {0x97, 2, std::uint8_t(le >> 8), std::uint8_t(le)};
}

static std::optional<std::uint32_t> lengthOf(ByteView value)
{
    if (value.size() == 1) return value[0] ? value[0] : CommandApdu::all;
    if (value.size() != 2) return {};
    const auto number = std::uint32_t(value[0]) << 8 | value[1];
    return number ? number : CommandApdu::allExtended;
}

void SecureMessaging::count()
{
    for (auto digit = counter_.rbegin(); digit != counter_.rend() && ++*digit == 0; ++digit) {}
}

Bytes SecureMessaging::crypt(ByteView data, bool encrypt) const
{
    const auto iv = aesBlock(keys_.encryption, counter_);
    return encrypt ? aesCbcEncrypt(keys_.encryption, iv, data) : aesCbcDecrypt(keys_.encryption, iv, data);
}

Bytes SecureMessaging::mac(ByteView header, ByteView objects) const
{
    auto mac = aesCmac(keys_.mac, {counter_, header.empty() ? Bytes() : padded(header), objects.empty() ? Bytes() : padded(objects)});
    mac.resize(8);
    return mac;
}

std::optional<Bytes> SecureMessaging::decryptObject(std::uint32_t tag, ByteView value) const
{
    if (tag == 0x87)
    {
        if (value.empty() || value[0] != 0x01) return {};
        value = value.subspan(1);
    }
    if (value.empty() || value.size() % blockSize) return {};
    return unpadded(crypt(value, false));
}

CommandApdu SecureMessaging::protect(const CommandApdu& command)
{
    count();
    CommandApdu out{.cla = std::uint8_t(command.cla | secureClass), .ins = command.ins, .p1 = command.p1, .p2 = command.p2};
    if (!command.data.empty())
    {
        auto clear = padded(command.data);
        out.data = dataObject(command.ins & 1, crypt(clear, true));
        OPENSSL_cleanse(clear.data(), clear.size()); // perhaps a new PIN
    }
    if (command.le)
    {
        const auto object = lengthObject(*command.le);
        out.data.insert(out.data.end(), object.begin(), object.end());
    }
    const std::uint8_t header[] = {out.cla, out.ins, out.p1, out.p2};
    out.data = concat({out.data, tlv(0x8E, mac(header, out.data))});
    out.le = command.isExtended() || out.data.size() > CommandApdu::mostShort ? CommandApdu::allExtended : CommandApdu::all;
    return out;
}

std::optional<ResponseApdu> SecureMessaging::open(const ResponseApdu& response)
{
    count();
    auto opened = dead_ ? std::nullopt : unprotect(response);
    dead_ = !opened;
    return opened;
}

// [87|85] 99 8E
std::optional<ResponseApdu> SecureMessaging::unprotect(const ResponseApdu& response) const
{
    const auto objects = allTlv(response.data, 3);
    if (!objects || objects->size() < 2) return {};
    const auto& checksum = objects->back();
    const auto& status = (*objects)[objects->size() - 2];
    const std::uint8_t sw[] = {std::uint8_t(response.sw >> 8), std::uint8_t(response.sw)};
    if (checksum != 0x8E || status != 0x99 || !same(status.value, sw)) return {};

    const auto covered = ByteView(response.data).first(response.data.size() - checksum.whole.size());
    if (!equalInConstantTime(mac({}, covered), checksum.value)) return {};
    if (objects->size() == 2) return ResponseApdu{{}, response.sw};

    const auto& data = objects->front();
    if (data != 0x87 && data != 0x85) return {};
    auto clear = decryptObject(data.tag, data.value);
    if (!clear) return {};
    return ResponseApdu{std::move(*clear), response.sw};
}

tl::expected<CommandApdu, SecureMessaging::CommandError> SecureMessaging::open(const CommandApdu& command)
{
    count();
    if (dead_) return tl::unexpected(CommandError::IncorrectObjects);
    auto opened = unprotect(command);
    dead_ = !opened;
    return opened;
}

// [87|85] [97] 8E
tl::expected<CommandApdu, SecureMessaging::CommandError> SecureMessaging::unprotect(const CommandApdu& command) const
{
    const auto incorrect = tl::unexpected(CommandError::IncorrectObjects);
    const auto objects = allTlv(command.data, 3);
    if (!objects) return incorrect;
    if (objects->empty() || objects->back() != 0x8E) return tl::unexpected(CommandError::MissingObjects);
    const auto& checksum = objects->back();
    const auto covered = ByteView(command.data).first(command.data.size() - checksum.whole.size());
    const std::uint8_t header[] = {command.cla, command.ins, command.p1, command.p2};
    if (!equalInConstantTime(mac(header, covered), checksum.value)) return incorrect;

    CommandApdu out{.cla = std::uint8_t(command.cla & ~secureClass), .ins = command.ins, .p1 = command.p1, .p2 = command.p2};
    auto object = objects->begin();
    if (*object == (command.ins & 1 ? 0x85u : 0x87u))
    {
        auto clear = decryptObject(object->tag, object->value);
        if (!clear) return incorrect;
        out.data = std::move(*clear);
        ++object;
    }
    if (*object == 0x97)
    {
        out.le = lengthOf(object->value);
        if (!out.le) return incorrect;
        ++object;
    }
    if (object + 1 != objects->end()) return incorrect;
    return out;
}

ResponseApdu SecureMessaging::protect(const ResponseApdu& response, bool oddInstruction)
{
    count();
    const Bytes status{0x99, 2, std::uint8_t(response.sw >> 8), std::uint8_t(response.sw)};
    const auto data = response.data.empty() ? Bytes() : dataObject(oddInstruction, crypt(padded(response.data), true));
    const auto covered = concat({data, status});
    return {concat({covered, tlv(0x8E, mac({}, covered))}), response.sw};
}

} // namespace eidkern::card
