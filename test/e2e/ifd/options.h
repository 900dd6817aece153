// What the virtual reader is like: any text with options
//   :port=35963  or  :unix=/dir/name  :slots=2  :events=1  :features=200612  :pace=E0  :list=garbage
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ifd
{

using Bytes = std::vector<uint8_t>;

struct Options
{
    int port = 0;
    std::string unixPath;
    int slots = 1;
    bool events = false;     // tell pcscd about insertion and removal at once
    Bytes features;          // feature tags
    std::optional<Bytes> list; // what it says of its features instead
    uint8_t pace = 0x60;     // capability byte of GetReadersPACECapabilities
};

inline Bytes fromHex(const std::string& s)
{
    Bytes out;
    for (size_t i = 0; i + 1 < s.size(); i += 2) out.push_back(uint8_t(std::stoul(s.substr(i, 2), nullptr, 16)));
    return out;
}

inline Options parse(const std::string& text)
{
    Options o;
    for (size_t at = 0; at < text.size();)
    {
        size_t end = std::min(text.find(':', at), text.size());
        auto item = text.substr(at, end - at);
        at = end + 1;
        auto eq = item.find('=');
        if (eq == std::string::npos) continue;
        auto key = item.substr(0, eq), value = item.substr(eq + 1);
        if (key == "port") o.port = std::stoi(value);
        else if (key == "unix") o.unixPath = value;
        else if (key == "slots") o.slots = std::stoi(value);
        else if (key == "events") o.events = value == "1";
        else if (key == "features") o.features = fromHex(value);
        else if (key == "list") o.list = fromHex(value);
        else if (key == "pace") o.pace = fromHex(value).at(0);
    }
    return o;
}

} // namespace ifd
