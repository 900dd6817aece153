// libFuzzer: any bytes as CHAT. That of an authentication terminal is written the same; no other has rights of ours.
#include "core/chat.h"
#include "fuzz.h"

using namespace eidkern;
using namespace eidkern::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input(data, size);
    const auto chat = parseChat(input);
    if (chat) must(chat->isAuthenticationTerminal() ? same(encode(*chat), input) : chat->rights.empty());
    return 0;
}
