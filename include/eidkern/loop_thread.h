// A thread with a Qt event loop, for programs that have none: what lives in such a loop (Engine, ReaderWatch, ActivationServer,
// PublicLab ...) is made, used and destroyed on it, and its handlers are called on it.
//
//     eidkern::LoopThread thread;
//     auto engine = thread.call([&] { return std::make_unique<eidkern::Engine>(settings); });
//     thread.call([&] { return engine->authenticate(url, handler); });
//     ...
//     thread.call([&] { engine.reset(); });
//
// Qt needs a QCoreApplication in the process. Where there is none, the first LoopThread makes one, which stays until the
// process ends; a program that uses Qt itself makes its own before that, and destroys it after its last LoopThread. Signals of
// the process are not delivered to these threads.
#pragma once
#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

#include "eidkern/export.h"

namespace eidkern
{

class EIDKERN_API LoopThread
{
public:
    LoopThread();
    ~LoopThread(); // waits for what was posted before; not from the thread itself
    LoopThread(const LoopThread&) = delete;

    bool here() const; // called on this thread
    void post(std::function<void()> work); // from any thread; in this order, and never at once. It must not throw

    // Waits for the result of `work`, or passes on what it throws. On this thread itself: at once.
    template<typename Work>
    std::invoke_result_t<Work> call(Work&& work)
    {
        if (here()) return std::forward<Work>(work)();
        const auto task = std::make_shared<std::packaged_task<std::invoke_result_t<Work>()>>(std::forward<Work>(work));
        auto result = task->get_future();
        post([task] { (*task)(); });
        return result.get();
    }

private:
    class EIDKERN_LOCAL Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace eidkern
