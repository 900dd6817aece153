#include "eidkern/loop_thread.h"

#include <QCoreApplication>
#include <QThread>
#include <clocale>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>

namespace eidkern
{

namespace
{

// Threads inherit what is blocked: while this lives, new ones get no signals of the process.
class SignalsBlocked
{
public:
    SignalsBlocked()
    {
        sigset_t all;
        ::sigfillset(&all);
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) ::sigdelset(&all, fault);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;

private:
    sigset_t before_;
};

// QCoreApplication chooses the locale of the environment for the whole process. That is not ours to change.
void makeApplication()
{
    static int count = 1;
    static char name[] = "eidkern";
    static char* arguments[] = {name, nullptr};
    const std::string locale = std::setlocale(LC_ALL, nullptr);
    new QCoreApplication(count, arguments); // for good: Qt never forgets which thread made it
    std::setlocale(LC_ALL, locale.c_str());
}

void ensureApplication()
{
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    if (QCoreApplication::instance()) return;
    std::promise<void> made;
    const SignalsBlocked blocked;
    std::thread([&made] {
        makeApplication();
        made.set_value();
        QCoreApplication::exec();
    }).detach();
    made.get_future().wait();
}

} // namespace

class LoopThread::Impl
{
public:
    Impl()
    {
        const SignalsBlocked blocked;
        context_.moveToThread(&thread_);
        thread_.start();
    }
    ~Impl()
    {
        QMetaObject::invokeMethod(&context_, [this] { thread_.quit(); }, Qt::QueuedConnection);
        thread_.wait();
    }
    Impl(const Impl&) = delete;

    bool here() const { return QThread::currentThread() == &thread_; }
    void post(std::function<void()> work) { QMetaObject::invokeMethod(&context_, std::move(work), Qt::QueuedConnection); }

private:
    QThread thread_;
    QObject context_;
};

LoopThread::LoopThread()
{
    ensureApplication();
    impl_ = std::make_unique<Impl>();
}
LoopThread::~LoopThread() = default;
bool LoopThread::here() const { return impl_->here(); }
void LoopThread::post(std::function<void()> work) { impl_->post(std::move(work)); }

} // namespace eidkern
