// The way from the threads of readers back to the engine's. They may outlive the engine: after close() nothing gets through.
#pragma once
#include <functional>
#include <mutex>
#include <utility>

#include "core/scheduler.h"

namespace eidkern::card
{

class Inbox
{
public:
    explicit Inbox(Scheduler& scheduler) : scheduler_(&scheduler) {}

    void close() // on the engine's thread, while the scheduler lives
    {
        const std::lock_guard lock(mutex_);
        scheduler_ = nullptr;
    }
    void post(std::function<void()> job) // from any thread; `job` runs on the engine's, or not at all
    {
        const std::lock_guard lock(mutex_); // held while posting: the scheduler cannot vanish in between
        if (scheduler_) scheduler_->post(std::move(job));
    }

private:
    std::mutex mutex_;
    Scheduler* scheduler_;
};

} // namespace eidkern::card
