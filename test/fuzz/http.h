// One HTTP message in one piece and in many: what comes out must be the same, and the limits hold. Input: the size of the pieces,
// then the message.
#pragma once
#include "fuzz.h"
#include "network/http_parser.h"

namespace eidkern::test
{

inline bool refused(const network::HttpParser& parser) { return parser.state() == network::HttpState::Bad || parser.state() == network::HttpState::TooLarge; }

inline void compare(network::HttpParser::Kind kind, ByteView input)
{
    static constexpr network::HttpLimits limits{256, 64};
    if (input.empty()) return;
    const auto all = asText(input.subspan(1));
    const std::size_t step = input[0] % 16 + 1;
    network::HttpParser whole(kind, limits), pieces(kind, limits);
    whole.feed(all);
    for (std::size_t at = 0; at < all.size(); at += step) pieces.feed(all.substr(at, step));
    must(whole.closed() == pieces.closed() || (refused(whole) && refused(pieces)));
    if (whole.state() != network::HttpState::Done) return;
    must(whole.status() == pieces.status() && whole.method() == pieces.method() && whole.target() == pieces.target());
    must(whole.header("Location") == pieces.header("Location") && whole.keepsOpen() == pieces.keepsOpen() && whole.rest() == pieces.rest());
    const auto body = whole.takeBody();
    must(body == pieces.takeBody() && body.size() <= limits.body);
}

} // namespace eidkern::test
