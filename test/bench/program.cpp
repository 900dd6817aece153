#include "bench/program.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/measure.h"

namespace eidkern::bench
{

// vfork: the size of this process must not count.
template<typename BeforeExec>
static pid_t spawned(const Arguments& arguments, int output, BeforeExec beforeExec)
{
    std::vector<char*> argv;
    for (const auto& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
    argv.push_back(nullptr);
    const auto pid = ::vfork();
    if (pid != 0) return pid;
    ::dup2(output, STDOUT_FILENO);
    beforeExec();
    ::execv(argv[0], argv.data());
    ::_exit(127);
}

Start untilFirstLine(const Arguments& arguments)
{
    std::array<int, 2> pipe{};
    (void)::pipe2(pipe.data(), O_CLOEXEC);
    const auto begin = wallNow();
    const auto pid = spawned(arguments, pipe[1], [] {});
    ::close(pipe[1]);
    for (char c = 0; c != '\n' && ::read(pipe[0], &c, 1) == 1;) {}
    clockid_t clock{};
    const bool known = ::clock_getcpuclockid(pid, &clock) == 0;
    const Start start{wallNow() - begin, known ? microseconds(clock) : 0, waitedForProcessor(std::to_string(pid))};
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    ::close(pipe[0]);
    return start;
}

static std::optional<double> highWaterMark(pid_t pid)
{
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    return {};
}

// The kernel stops a traced program at its end, while its memory can still be asked for; ru_maxrss would count the parent's.
std::optional<double> peakMemory(const Arguments& arguments)
{
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const auto pid = spawned(arguments, nowhere, [] { ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); });
    ::close(nowhere);
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) return {};
    ::ptrace(PTRACE_SETOPTIONS, pid, nullptr, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
    ::ptrace(PTRACE_CONT, pid, nullptr, nullptr);
    std::optional<double> peak;
    while (::waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
    {
        const bool ends = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8);
        if (ends) peak = highWaterMark(pid);
        ::ptrace(PTRACE_CONT, pid, nullptr, ends ? 0L : long(WSTOPSIG(status)));
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? peak : std::nullopt;
}

} // namespace eidkern::bench
