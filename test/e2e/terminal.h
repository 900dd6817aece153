// The command line at a terminal of its own.
#pragma once
#include <QProcess>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace eidkern::test
{

class Terminal
{
public:
    explicit Terminal(const QStringList& arguments, unsigned short columns = 0) : fd_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC))
    {
        const winsize size{.ws_row = 25, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
        if (fd_ < 0 || ::grantpt(fd_) != 0 || ::unlockpt(fd_) != 0 || (columns > 0 && ::ioctl(fd_, TIOCSWINSZ, &size) != 0)) qFatal("no pseudo terminal");
        const QString name = ::ptsname(fd_);
        process.setStandardInputFile(name);
        process.setStandardOutputFile(name);
        process.start(EIDKERN_CLI, arguments);
    }
    ~Terminal()
    {
        process.kill();
        process.waitForFinished();
        ::close(fd_);
    }
    Terminal(const Terminal&) = delete;

    const QByteArray& screen() // all that it has shown
    {
        char block[4096];
        for (ssize_t n; (n = ::read(fd_, block, sizeof block)) > 0;) shown_.append(block, n);
        return shown_;
    }
    bool shows(const QByteArray& text) { return screen().contains(text); }
    bool type(const QByteArray& line) const { return ::write(fd_, line.constData(), std::size_t(line.size())) == line.size(); }

    QProcess process;

private:
    int fd_;
    QByteArray shown_;
};

} // namespace eidkern::test
