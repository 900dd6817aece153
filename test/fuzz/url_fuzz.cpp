// libFuzzer: any bytes as a URL, and as what a server redirects to. What is read is fit for a request and a header line, and reads
// again as the same place.
#include <algorithm>

#include "fuzz.h"
#include "network/url.h"

using namespace eidkern;
using namespace eidkern::test;

static void check(const std::optional<Url>& url)
{
    if (!url) return;
    const auto isPlain = [](char c) { return c > 0x20 && c < 0x7F; };
    must((url->scheme == "https" || url->scheme == "http") && !url->host.empty() && url->port != 0 && url->path.starts_with('/'));
    must(std::ranges::all_of(url->text, isPlain) && std::ranges::all_of(url->path, isPlain) && std::ranges::all_of(url->host, isPlain));
    const auto again = network::parseUrl(url->text);
    must(again && sameOrigin(*again, *url) && again->path == url->path && again->text == url->text);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto base = network::parseUrl("https://service.example/a/b?c=d#e").value();
    const auto text = asText({data, size});
    check(network::parseUrl(text));
    check(network::parseUrl(text, &base));
    return 0;
}
