// A Scheduler whose jobs run when the test says so, on the test's thread.
#pragma once
#include <deque>
#include <functional>
#include <utility>

#include "core/pending.h"

namespace eidkern::test
{

class PumpedScheduler final : public Scheduler
{
public:
    void post(std::function<void()> job) override { jobs_.push_back(std::move(job)); }

    // Runs jobs, also those that they post, until none is left or `most` have run; returns how many ran.
    std::size_t pump(std::size_t most = 1'000'000)
    {
        std::size_t ran = 0;
        for (; ran < most && !jobs_.empty(); ++ran)
        {
            const auto job = std::move(jobs_.front());
            jobs_.pop_front();
            job();
        }
        return ran;
    }
    bool idle() const { return jobs_.empty(); }

private:
    std::deque<std::function<void()>> jobs_;
};

// Runs the task until it has its value; nothing if it still waits when no job is left (it is destroyed then).
template<typename T>
std::optional<T> complete(PumpedScheduler& scheduler, Task<T> task)
{
    task.start();
    scheduler.pump();
    if (!task.done()) return {};
    return task.take();
}

} // namespace eidkern::test
