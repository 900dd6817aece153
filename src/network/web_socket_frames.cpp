#include "network/web_socket_frames.h"

#include <QByteArrayView>
#include <algorithm>
#include <bit>
#include <cstring>
#include <openssl/crypto.h>
#include <optional>

namespace eidkern::network
{

static_assert(std::endian::native == std::endian::little); // of mask_, which is turned by shifting

namespace
{

enum Opcode : std::uint8_t { Continuation = 0x0, TextFrame = 0x1, BinaryFrame = 0x2, CloseFrame = 0x8, PingFrame = 0x9, PongFrame = 0xA };

FrameReader::Item fault(CloseCode code) { return {FrameReader::What::Fault, {}, code}; }

bool isUtf8(std::string_view text) { return QByteArrayView(text.data(), qsizetype(text.size())).isValidUtf8(); }

void unmask(std::span<char> bytes, std::uint32_t& mask)
{
    const auto wide = std::uint64_t(mask) << 32 | mask;
    auto* at = bytes.data();
    auto left = bytes.size();
    for (; left >= sizeof wide; at += sizeof wide, left -= sizeof wide)
    {
        std::uint64_t block;
        std::memcpy(&block, at, sizeof block);
        block ^= wide;
        std::memcpy(at, &block, sizeof block);
    }
    for (; left > 0; ++at, --left)
    {
        *at = char(*at ^ char(mask));
        mask = std::rotr(mask, 8);
    }
}

std::uint64_t bigEndian(std::span<const char> bytes)
{
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | std::uint8_t(byte);
    return value;
}

bool mayBeSent(std::uint64_t code) // in a close frame, RFC 6455 7.4
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) || (code >= 3000 && code <= 4999);
}

} // namespace

struct FrameReader::Header
{
    std::uint8_t opcode = 0;
    bool final = false, isClean = false; // clean: minimal length, masked, no reserved bits
    std::uint64_t length = 0;
    std::uint32_t mask = 0;
    std::size_t size = 0;

    bool isControl() const { return opcode >= CloseFrame; }
    bool isKnown() const { return opcode <= BinaryFrame || (opcode >= CloseFrame && opcode <= PongFrame); }

    static std::optional<Header> read(std::span<const char> in) // nothing: too few bytes
    {
        if (in.size() < 2) return {};
        const auto first = std::uint8_t(in[0]), second = std::uint8_t(in[1]);
        Header header{.opcode = std::uint8_t(first & 0xF), .final = (first & 0x80) != 0, .length = second & 0x7Fu};
        header.isClean = (first & 0x70) == 0 && (second & 0x80) != 0;
        if (!header.isClean) return header; // an unmasked one has another shape
        const std::size_t extended = header.length == 126 ? 2 : header.length == 127 ? 8 : 0;
        header.size = 2 + extended + 4;
        if (in.size() < header.size) return {};
        if (extended)
        {
            header.length = bigEndian(in.subspan(2, extended));
            header.isClean = header.length > (extended == 2 ? 125u : 0xFFFFu) && header.length >> 63 == 0;
        }
        std::memcpy(&header.mask, in.data() + 2 + extended, sizeof header.mask);
        return header;
    }
};

FrameReader::Item FrameReader::next(std::span<char>& input)
{
    if (over_) return {};
    if (!inMessage_ && !message_.empty())
    {
        OPENSSL_cleanse(message_.data(), message_.size());
        message_.clear();
    }
    while (true)
    {
        if (inFrame_)
        {
            auto item = payload(input);
            if (item.what != What::More || inFrame_) return item;
        }
        const auto header = Header::read(input);
        if (!header) return {};
        if (!header->isClean || !header->isKnown() || (header->isControl() && (!header->final || header->length > 125)))
            return over_ = true, fault(CloseCode::Protocol);
        if (!header->isControl())
        {
            auto item = data(*header, input);
            over_ = item.what == What::Fault;
            if (item.what != What::More || inFrame_) return item;
            continue;
        }
        if (input.size() < header->size + header->length) return {};
        const auto bytes = input.subspan(header->size, std::size_t(header->length));
        input = input.subspan(header->size + bytes.size());
        auto mask = header->mask;
        unmask(bytes, mask);
        const std::string_view said(bytes.data(), bytes.size());
        if (header->opcode == PingFrame) return {What::Ping, said};
        if (header->opcode == PongFrame) continue;
        over_ = true;
        if (said.empty()) return {What::Close};
        if (said.size() < 2 || !mayBeSent(bigEndian(bytes.first(2)))) return fault(CloseCode::Protocol);
        if (!isUtf8(said.substr(2))) return fault(CloseCode::BadText);
        return {What::Close, said.substr(0, 2)};
    }
}

FrameReader::Item FrameReader::data(const Header& header, std::span<char>& input)
{
    if ((header.opcode == Continuation) != inMessage_) return fault(CloseCode::Protocol);
    if (!inMessage_)
    {
        text_ = header.opcode == TextFrame;
        total_ = 0;
    }
    if (header.length > largestMessage - total_) return fault(CloseCode::TooBig);
    input = input.subspan(header.size);
    left_ = std::size_t(header.length);
    total_ += left_;
    mask_ = header.mask;
    last_ = header.final;
    const bool whole = !inMessage_ && last_ && text_ && input.size() >= left_;
    inMessage_ = !whole;
    inFrame_ = !whole;
    if (!whole) return payload(input);
    const auto bytes = input.first(left_); // read where it lies
    input = input.subspan(left_);
    unmask(bytes, mask_);
    const std::string_view said(bytes.data(), bytes.size());
    return isUtf8(said) ? Item{What::Text, said} : fault(CloseCode::BadText);
}

FrameReader::Item FrameReader::payload(std::span<char>& input)
{
    const auto bytes = input.first(std::min(left_, input.size()));
    input = input.subspan(bytes.size());
    left_ -= bytes.size();
    if (text_)
    {
        unmask(bytes, mask_);
        message_.append(bytes.data(), bytes.size());
        OPENSSL_cleanse(bytes.data(), bytes.size());
    }
    if (left_ > 0) return {};
    inFrame_ = false;
    return last_ ? endOfMessage() : Item{};
}

FrameReader::Item FrameReader::endOfMessage()
{
    inMessage_ = false;
    if (!text_) return {};
    if (isUtf8(message_)) return {What::Text, message_};
    over_ = true;
    return fault(CloseCode::BadText);
}

static void appendHeader(std::string& to, std::uint8_t opcode, std::size_t size)
{
    char header[10] = {char(0x80 | opcode)};
    std::size_t length = 2;
    const auto put = [&](std::size_t bytes) {
        for (std::size_t i = 0; i < bytes; ++i) header[2 + i] = char(size >> 8 * (bytes - 1 - i));
        length += bytes;
    };
    if (size <= 125) header[1] = char(size);
    else if (size <= 0xFFFF) header[1] = 126, put(2);
    else header[1] = 127, put(8);
    to.append(header, length);
}

void appendText(std::string& to, std::string_view text)
{
    appendHeader(to, TextFrame, text.size());
    to.append(text);
}

void appendPong(std::string& to, std::string_view payload)
{
    appendHeader(to, PongFrame, payload.size());
    to.append(payload);
}

void appendClose(std::string& to, std::string_view code)
{
    appendHeader(to, CloseFrame, code.size());
    to.append(code);
}

void appendClose(std::string& to, CloseCode code)
{
    const char bytes[] = {char(std::uint16_t(code) >> 8), char(code)};
    appendClose(to, {bytes, sizeof bytes});
}

} // namespace eidkern::network
