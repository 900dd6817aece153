// Repeated work and its cost: medians, so that one interruption does not count.
#pragma once
#include <algorithm>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

namespace eidkern::bench
{

inline double microseconds(clockid_t clock)
{
    timespec t{};
    ::clock_gettime(clock, &t);
    return double(t.tv_sec) * 1e6 + double(t.tv_nsec) / 1e3;
}
inline double cpuNow() { return microseconds(CLOCK_PROCESS_CPUTIME_ID); } // of all threads, user and system
inline double wallNow() { return microseconds(CLOCK_MONOTONIC); }

// How long the main thread of a process was ready to run, and no processor was free: what a busy machine adds to its wall times.
inline double waitedForProcessor(const std::string& process) // "self" or its id; microseconds, 0 where the kernel does not tell
{
    double running = 0, waiting = 0;
    std::ifstream("/proc/" + process + "/schedstat") >> running >> waiting;
    return waiting / 1e3;
}

inline double median(std::vector<double> values)
{
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

// CPU time of one round in microseconds; the first round warms up and does not count.
template<typename Work>
double cpuOf(int rounds, Work work)
{
    std::vector<double> times;
    for (int i = 0; i <= rounds; ++i)
    {
        const auto begin = cpuNow();
        work();
        if (i > 0) times.push_back(cpuNow() - begin);
    }
    return median(std::move(times));
}

} // namespace eidkern::bench
