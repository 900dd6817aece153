// A program as a process: how soon it says its first line, and how much memory it ever had.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace eidkern::bench
{

using Arguments = std::vector<std::string>; // the first one is the program's path

struct Start
{
    double wall, cpu, waited; // microseconds; waited: see waitedForProcessor()
};
Start untilFirstLine(const Arguments& arguments);             // the program is then killed
std::optional<double> peakMemory(const Arguments& arguments);     // MiB (VmHWM) when it ends; nothing: it may not be traced, or failed

} // namespace eidkern::bench
