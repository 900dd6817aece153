// What a benchmark says: rows of a table, or one JSON object per row (--json). A figure stands beside a floor that was measured
// in the same run; an aim that is missed is shown, and fails nothing.
#pragma once
#include <optional>
#include <string>

namespace eidkern::bench
{

struct Floor
{
    std::string what;
    double value; // in the figure's unit
};

struct Aim
{
    enum class Of { Figure, Ratio } of;
    double most;
};

struct Row
{
    std::string what;
    double figure;
    std::string unit; // "us", "ms", "MiB", "bytes"; empty: a count
    std::optional<Floor> floor = {};
    std::optional<Aim> aim = {};
};

class Report
{
public:
    explicit Report(bool json) : json_(json) {}

    void section(const std::string& title) const;
    void operator()(const Row& row) const;
    void note(const std::string& text) const; // for people only

private:
    bool json_;
};

} // namespace eidkern::bench
