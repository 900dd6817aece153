// Waits for something that the event loop brings, without looking at the clock in between.
#pragma once
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTimer>

namespace eidkern::test
{

// False: it has not come true within `most` milliseconds, which is a failure wherever it happens.
template<typename Predicate>
bool waitUntil(Predicate predicate, int most = 20'000)
{
    const QDeadlineTimer deadline(most);
    QTimer waker; // so that the event loop does not sleep beyond the deadline
    waker.start(most);
    while (!predicate())
    {
        if (deadline.hasExpired()) return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    return true;
}

} // namespace eidkern::test
