// A Clock that stands still until the test moves it.
#pragma once
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "core/clock.h"

namespace eidkern::test
{

class ManualClock final : public Clock
{
public:
    explicit ManualClock(Scheduler& scheduler, Date today = {2026, 11, 20})
        : scheduler_(scheduler), now_(std::chrono::sys_days(daysOf(today)) + std::chrono::hours(12))
    {
    }

    std::chrono::system_clock::time_point now() const override { return now_; }

    Pending<Done> after(std::chrono::milliseconds time) override
    {
        Pending<Done> pending(scheduler_);
        timers_.emplace(now_ + time, pending.promise());
        return pending;
    }

    void advance(std::chrono::milliseconds time) // timers that are due fire in their order
    {
        now_ += time;
        while (!timers_.empty() && timers_.begin()->first <= now_)
        {
            auto promise = std::move(timers_.begin()->second);
            timers_.erase(timers_.begin());
            promise.set(Done{});
        }
    }

    std::size_t waiting() const // timers that somebody still waits for
    {
        std::size_t count = 0;
        for (const auto& [when, promise] : timers_) count += promise.wanted();
        return count;
    }

private:
    Scheduler& scheduler_;
    std::chrono::system_clock::time_point now_;
    std::multimap<std::chrono::system_clock::time_point, Promise<Done>> timers_;
};

} // namespace eidkern::test
