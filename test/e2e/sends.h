// Counts what this process sends to pcscd, so that a test can act between a request and its answer without guessing times.
// For one source of a program: its send() wins over the one of the C library.
#pragma once
#include <atomic>
#include <dlfcn.h>
#include <functional>
#include <sys/socket.h>

namespace eidkern::test
{

inline std::atomic<int> sends = 0; // each request is a header, a body, and with SCardTransmit the command
inline std::function<void(int number)> beforeSend; // in the thread that sends; to be set while nothing is sent

inline void waitForSends(int count)
{
    for (int now = sends; now < count; now = sends) sends.wait(now);
}

} // namespace eidkern::test

extern "C" __attribute__((visibility("default"))) ssize_t send(int fd, const void* data, size_t size, int flags)
{
    static const auto real = reinterpret_cast<ssize_t (*)(int, const void*, size_t, int)>(::dlsym(RTLD_NEXT, "send"));
    if (eidkern::test::beforeSend) eidkern::test::beforeSend(eidkern::test::sends);
    const auto sent = real(fd, data, size, flags);
    ++eidkern::test::sends;
    eidkern::test::sends.notify_all();
    return sent;
}
