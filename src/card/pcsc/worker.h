// The thread of one PcscSession. Jobs run there one after the other, their results arrive on the engine's thread. Dropping a
// job's Pending skips the job, or throws its late result away. Destroying the worker never blocks: the thread gives the card
// back by itself, as soon as the call that it is in returns.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

#include "card/pcsc/inbox.h"
#include "card/pcsc/session.h"
#include "card/pcsc/threads.h"
#include "core/pending.h"

namespace eidkern::card
{

class Worker
{
public:
    Worker(Scheduler& scheduler, std::shared_ptr<Inbox> inbox) : scheduler_(scheduler), inbox_(std::move(inbox))
    {
        startThread([queue = queue_] {
            PcscSession session;
            while (const auto job = queue->next()) job(session);
        });
    }
    ~Worker() { queue_->stop(); }
    Worker(const Worker&) = delete;

    template<typename Job> // T job(PcscSession&, const std::stop_token&)
    auto call(Job job)
    {
        using T = std::invoke_result_t<Job&, PcscSession&, const std::stop_token&>;
        Pending<T> pending(scheduler_);
        const auto dropped = std::make_shared<StopWhenDropped>();
        queue_->add([promise = pending.promise(), token = dropped->source.get_token(), inbox = inbox_, job = std::move(job)](PcscSession& session) mutable {
            if (token.stop_requested()) return;
            auto result = std::make_shared<T>(job(session, token));
            inbox->post([promise, result]() mutable { promise.set(std::move(*result)); });
        });
        pending.keep(dropped);
        return pending;
    }

private:
    struct StopWhenDropped
    {
        std::stop_source source;
        ~StopWhenDropped() { source.request_stop(); }
    };

    class Queue
    {
    public:
        using Runnable = std::function<void(PcscSession&)>;

        Runnable next() // nothing: it is over
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
            if (stopped_) return {};
            auto job = std::move(jobs_.front());
            jobs_.pop_front();
            return job;
        }
        void add(Runnable job)
        {
            const std::lock_guard lock(mutex_);
            jobs_.push_back(std::move(job));
            changed_.notify_one();
        }
        void stop()
        {
            std::deque<Runnable> dropped; // destroyed after the lock
            const std::lock_guard lock(mutex_);
            stopped_ = true;
            dropped.swap(jobs_);
            changed_.notify_one();
        }

    private:
        std::mutex mutex_;
        std::condition_variable changed_;
        std::deque<Runnable> jobs_;
        bool stopped_ = false;
    };

    Scheduler& scheduler_;
    std::shared_ptr<Inbox> inbox_;
    std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
};

} // namespace eidkern::card
