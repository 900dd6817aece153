// Runs the event loop until something is so; false: not within the time. It does not sleep while there is something to do.
#pragma once
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTimer>
#include <functional>

namespace eidkern::test
{

inline bool until(const std::function<bool()>& done, int ms = 20'000)
{
    QTimer tick; // what `done` looks at may happen outside of the loop
    tick.start(20);
    for (const QDeadlineTimer limit(ms); !done() && !limit.hasExpired();)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents);
    return done();
}

} // namespace eidkern::test
