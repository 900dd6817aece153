// The scheduler of the product: the Qt event loop of the thread that made it. Jobs that are left when it dies are dropped.
#pragma once
#include <QMetaObject>
#include <QObject>
#include <deque>
#include <memory>
#include <mutex>

#include "core/scheduler.h"

namespace eidkern::network
{

class QtScheduler final : public Scheduler
{
public:
    QtScheduler() : inbox_(std::make_shared<Inbox>()) {}
    ~QtScheduler() override { inbox_->close(); }

    void post(std::function<void()> job) override
    {
        if (inbox_->put(std::move(job))) QMetaObject::invokeMethod(&context_, [inbox = inbox_] { inbox->run(); }, Qt::QueuedConnection);
    }

private:
    struct Inbox // outlives the scheduler while a job runs that destroys it
    {
        std::mutex mutex;
        std::deque<std::function<void()>> jobs;
        bool called = false, closed = false;

        bool put(std::function<void()> job) // true: run() must be called
        {
            const std::lock_guard lock(mutex);
            if (closed) return false;
            jobs.push_back(std::move(job));
            return !std::exchange(called, true);
        }
        std::function<void()> take()
        {
            const std::lock_guard lock(mutex);
            if (jobs.empty())
            {
                called = false;
                return {};
            }
            auto job = std::move(jobs.front());
            jobs.pop_front();
            return job;
        }
        void run()
        {
            while (const auto job = take()) job();
        }
        void close()
        {
            std::deque<std::function<void()>> dropped; // destroyed outside the lock: a job may own what posts
            const std::lock_guard lock(mutex);
            closed = true;
            dropped.swap(jobs);
        }
    };

    std::shared_ptr<Inbox> inbox_;
    QObject context_;
};

} // namespace eidkern::network
