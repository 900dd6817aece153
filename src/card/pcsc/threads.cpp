#include "card/pcsc/threads.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace eidkern::card
{

namespace
{

struct Count // of the process, like its threads; leaked, so that threads that are left behind may still use it
{
    std::mutex mutex;
    std::condition_variable fell;
    int running = 0;
};

Count& count()
{
    static Count& only = *new Count;
    return only;
}

} // namespace

void startThread(std::function<void()> body)
{
    auto& counted = count();
    {
        const std::lock_guard lock(counted.mutex);
        ++counted.running;
    }
    std::thread([body = std::move(body), &counted]() mutable {
        body();
        body = {};
        const std::lock_guard lock(counted.mutex);
        --counted.running;
        counted.fell.notify_all();
    }).detach();
}

bool threadsEnded(std::chrono::milliseconds atMost)
{
    auto& counted = count();
    std::unique_lock lock(counted.mutex);
    return counted.fell.wait_for(lock, atMost, [&counted] { return counted.running == 0; });
}

} // namespace eidkern::card
