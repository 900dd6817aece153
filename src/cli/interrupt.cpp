#include "cli/interrupt.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace eidkern::cli
{

static int pipeEnds[2] = {-1, -1}; // signals are the process's: so is this

static void caught(int)
{
    const char byte = 1;
    (void)!::write(pipeEnds[1], &byte, 1);
}

Interrupt::Interrupt(std::function<void(int)> interrupted)
{
    if (::pipe2(pipeEnds, O_CLOEXEC | O_NONBLOCK) != 0) return;
    notifier_ = std::make_unique<QSocketNotifier>(pipeEnds[0], QSocketNotifier::Read);
    QObject::connect(notifier_.get(), &QSocketNotifier::activated, notifier_.get(), [this, interrupted = std::move(interrupted)] {
        char byte;
        while (::read(pipeEnds[0], &byte, 1) == 1) interrupted(++times_);
    });
    std::signal(SIGINT, caught);
    std::signal(SIGTERM, caught);
}

Interrupt::~Interrupt()
{
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    notifier_.reset();
    ::close(pipeEnds[0]);
    ::close(pipeEnds[1]);
}

} // namespace eidkern::cli
