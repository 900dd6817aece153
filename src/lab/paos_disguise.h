// The same PAOS message, written in another way that XML allows: a client must not notice.
#pragma once
#include <string>

namespace eidkern::lab
{

struct PaosStyle
{
    int status = 200; // of HTTP
    bool chunked = false, oddPrefixes = false, whiteSpace = false;
};

std::string disguised(std::string message, const PaosStyle& style); // `message` as network writes it

} // namespace eidkern::lab
