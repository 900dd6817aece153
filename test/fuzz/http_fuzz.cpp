// libFuzzer: any bytes, as a reply and as a request. Cutting them differently must not change what comes out, and the limits hold.
#include <cstdint>
#include <cstdlib>

#include "network/http_parser.h"

using namespace eidkern::network;

static constexpr HttpLimits limits{256, 64};

static void must(bool held)
{
    if (!held) std::abort();
}

static bool refused(const HttpParser& parser) { return parser.state() == HttpState::Bad || parser.state() == HttpState::TooLarge; }

static void compare(HttpParser::Kind kind, std::string_view all, std::size_t step)
{
    HttpParser whole(kind, limits), pieces(kind, limits);
    whole.feed(all);
    for (std::size_t at = 0; at < all.size(); at += step) pieces.feed(all.substr(at, step));
    must(whole.closed() == pieces.closed() || (refused(whole) && refused(pieces)));
    if (whole.state() != HttpState::Done) return;
    must(whole.status() == pieces.status() && whole.method() == pieces.method() && whole.target() == pieces.target());
    must(whole.header("Location") == pieces.header("Location") && whole.keepsOpen() == pieces.keepsOpen() && whole.rest() == pieces.rest());
    const auto body = whole.takeBody();
    must(body == pieces.takeBody() && body.size() <= limits.body);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 1) return 0;
    const std::string_view all(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::size_t step = data[0] % 16 + 1;
    compare(HttpParser::Kind::Reply, all, step);
    compare(HttpParser::Kind::Request, all, step);
    return 0;
}
