// The clock of the product: the system's time and Qt's timers.
#pragma once
#include <QTimer>
#include <memory>

#include "core/clock.h"

namespace eidkern::network
{

class QtClock final : public Clock
{
public:
    explicit QtClock(Scheduler& scheduler) : scheduler_(scheduler) {}

    std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }

    Pending<Done> after(std::chrono::milliseconds time) override
    {
        Pending<Done> pending(scheduler_);
        const auto timer = std::make_shared<QTimer>();
        timer->setSingleShot(true);
        QObject::connect(timer.get(), &QTimer::timeout, timer.get(), [promise = pending.promise()]() mutable { promise.set({}); });
        timer->start(time);
        pending.keep(timer); // a dropped Pending stops it
        return pending;
    }

private:
    Scheduler& scheduler_;
};

} // namespace eidkern::network
