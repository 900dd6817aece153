// Frames of a WebSocket (RFC 6455), the server's side, without sockets. Strict: what a client must not send is a fault with the
// code to close with; what is too large is one before memory is spent on it.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace eidkern::network
{

enum class CloseCode : std::uint16_t { Normal = 1000, GoingAway = 1001, Protocol = 1002, BadText = 1007, TooBig = 1009 };

class FrameReader
{
public:
    static constexpr std::size_t largestMessage = 1024 * 1024; // of all its frames together
    static constexpr std::size_t largestHold = 14 + 125;       // bytes that next() may leave in its input

    enum class What {
        More,  // all that is there was taken, or is less than a header or a control frame
        Text,  // a whole message, valid UTF-8
        Ping,
        Close, // the payload: what to answer with, a code and nothing else, or empty
        Fault  // close with `code`; nothing is read any more
    };
    struct Item
    {
        What what = What::More;
        std::string_view payload = {}; // until the next call
        CloseCode code = CloseCode::Normal;
    };

    // Takes frames from the front of `input`, which is changed, and says the first thing worth saying. Binary messages and pongs
    // are read over.
    Item next(std::span<char>& input);

private:
    struct Header;

    Item data(const Header& header, std::span<char>& input);
    Item payload(std::span<char>& input);
    Item endOfMessage();

    std::string message_; // of fragments, or of a frame that came in pieces; wiped when it was handled
    std::size_t left_ = 0, total_ = 0; // of this frame's payload; of this message so far
    std::uint32_t mask_ = 0;           // turned to the next byte
    bool inFrame_ = false, inMessage_ = false, last_ = false, text_ = false, over_ = false;
};

// Whole frames of the server's, unmasked, behind what `to` holds already.
void appendText(std::string& to, std::string_view text);
void appendPong(std::string& to, std::string_view payload);
void appendClose(std::string& to, std::string_view code); // two bytes, or none
void appendClose(std::string& to, CloseCode code);

} // namespace eidkern::network
