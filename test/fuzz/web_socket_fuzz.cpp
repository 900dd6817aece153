// libFuzzer: any bytes as a client's frames. However they are cut, the same comes out, and never more than may be held.
#include <QByteArrayView>
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz.h"
#include "network/web_socket_frames.h"

using namespace eidkern;
using network::FrameReader;

static std::vector<std::string> read(ByteView bytes, std::size_t piece)
{
    FrameReader reader;
    std::vector<std::string> said;
    std::string held;
    bool over = false;
    for (std::size_t at = 0; at < bytes.size() && !over; at += piece)
    {
        const auto more = bytes.subspan(at, std::min(piece, bytes.size() - at));
        held.append(reinterpret_cast<const char*>(more.data()), more.size());
        std::span<char> rest(held);
        while (!over)
        {
            const auto item = reader.next(rest);
            if (item.what == FrameReader::What::More) break;
            if (item.what == FrameReader::What::Text) test::must(QByteArrayView(item.payload.data(), qsizetype(item.payload.size())).isValidUtf8());
            over = item.what == FrameReader::What::Close || item.what == FrameReader::What::Fault;
            said.push_back(char('0' + int(item.what)) + std::to_string(int(item.code)) + std::string(item.payload));
        }
        held.erase(0, held.size() - rest.size());
        test::must(held.size() <= FrameReader::largestHold || over);
    }
    return said;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto whole = read({data, size}, std::max<std::size_t>(size, 1));
    test::must(read({data, size}, 1) == whole && read({data, size}, 7) == whole);
    return 0;
}
