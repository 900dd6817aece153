#include "core/clock.h"

#include <cstdio>

namespace eidkern
{

using namespace std::chrono;

std::optional<Date> validDate(int y, int m, int d)
{
    if (y < 0 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31) return {}; // chrono cuts larger numbers to what fits
    if (!year_month_day(year(y), month(unsigned(m)), day(unsigned(d))).ok()) return {};
    return Date{y, m, d};
}

Date dateOf(system_clock::time_point moment)
{
    const year_month_day day(floor<days>(moment));
    return {int(day.year()), int(unsigned(day.month())), int(unsigned(day.day()))};
}

sys_days daysOf(Date date) { return year_month_day(year(date.year), month(unsigned(date.month)), day(unsigned(date.day))); }

std::string isoText(Date date)
{
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", date.year % 10000, date.month % 100, date.day % 100);
    return text;
}

std::string compact(Date date)
{
    auto text = isoText(date);
    std::erase(text, '-');
    return text;
}

} // namespace eidkern
