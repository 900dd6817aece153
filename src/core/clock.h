// Time as a port: today's date, the moment for log lines, and timers. Tests have one whose time they move.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "core/pending.h"

namespace eidkern
{

struct Date // a day in UTC
{
    int year = 1970, month = 1, day = 1;
    auto operator<=>(const Date&) const = default;
};
std::optional<Date> validDate(int year, int month, int day);  // nothing for 31 February
Date dateOf(std::chrono::system_clock::time_point moment);
std::chrono::sys_days daysOf(Date date);
std::string compact(Date date);                               // YYYYMMDD
std::string isoText(Date date);                               // YYYY-MM-DD

class Clock
{
public:
    virtual ~Clock() = default;
    virtual std::chrono::system_clock::time_point now() const = 0;
    virtual Pending<Done> after(std::chrono::milliseconds time) = 0; // dropping it ends the timer
    Date today() const { return dateOf(now()); }
};

} // namespace eidkern
