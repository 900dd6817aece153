// Ctrl-C (SIGINT) and SIGTERM as an event of the loop. One at a time.
#pragma once
#include <QSocketNotifier>
#include <functional>
#include <memory>

namespace eidkern::cli
{

class Interrupt
{
public:
    explicit Interrupt(std::function<void(int times)> interrupted);
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;

private:
    std::unique_ptr<QSocketNotifier> notifier_;
    int times_ = 0;
};

} // namespace eidkern::cli
