#include "cli/new_pin.h"

#include <algorithm>
#include <array>

namespace eidkern::cli
{

using Digits = std::span<const std::uint8_t>;

static int number(Digits digits)
{
    int sum = 0;
    for (const auto each : digits) sum = 10 * sum + (each - '0');
    return sum;
}

static bool runs(Digits digits, int step)
{
    return std::ranges::adjacent_find(digits, [step](int a, int b) { return (a - '0' + step + 10) % 10 != b - '0'; }) == digits.end();
}

static bool repeats(Digits digits, std::size_t period) { return std::ranges::equal(digits.first(digits.size() - period), digits.subspan(period)); }

static bool isDay(int day, int month)
{
    static constexpr std::array<int, 12> days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month >= 1 && month <= 12 && day >= 1 && day <= days[std::size_t(month - 1)];
}

static bool isDate(Digits digits)
{
    const int a = number(digits.first(2)), b = number(digits.subspan(2, 2)), c = number(digits.subspan(4));
    const auto isCentury = [](int n) { return n == 19 || n == 20; };
    const bool yearAndMonth = (isCentury(a) && c >= 1 && c <= 12) || (isCentury(b) && a >= 1 && a <= 12);
    return isDay(a, b) || isDay(b, a) || isDay(c, b) || yearAndMonth;
}

bool isSixDigits(const Secret& newPin)
{
    return newPin.size() == 6 && std::ranges::all_of(newPin.view(), [](std::uint8_t c) { return c >= '0' && c <= '9'; });
}

std::optional<Text> weaknessOf(const Secret& newPin)
{
    if (!isSixDigits(newPin)) return {};
    const auto digits = newPin.view();
    if (repeats(digits, 1)) return Text::WeakSame;
    if (runs(digits, 1) || runs(digits, -1)) return Text::WeakRun;
    if (repeats(digits, 2) || repeats(digits, 3)) return Text::WeakRepeats;
    if (isDate(digits)) return Text::WeakDate;
    return {};
}

} // namespace eidkern::cli
