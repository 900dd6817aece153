// Days in UTC: which exist, which day a moment belongs to, and how they are written.
#include <QTest>

#include "core/clock.h"
#include "support/manual_clock.h"
#include "support/pumped_scheduler.h"

using namespace eidkern;
using namespace std::chrono_literals;

class clock_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void daysThatExist_data()
    {
        QTest::addColumn<int>("year");
        QTest::addColumn<int>("month");
        QTest::addColumn<int>("day");
        QTest::addColumn<bool>("exists");
        const auto row = [](int year, int month, int day, bool exists) { QTest::addRow("%d-%d-%d", year, month, day) << year << month << day << exists; };
        row(2026, 11, 20, true);
        row(2026, 1, 1, true);
        row(2026, 12, 31, true);
        row(2026, 4, 30, true);
        row(2026, 4, 31, false);
        row(2026, 2, 28, true);
        row(2026, 2, 29, false);
        row(2028, 2, 29, true); // divisible by four
        row(2000, 2, 29, true); // by 400
        row(2100, 2, 29, false); // by 100
        row(2026, 2, 31, false);
        row(2026, 0, 1, false);
        row(2026, 13, 1, false);
        row(2026, 1, 0, false);
        row(2026, 1, 32, false);
        row(2026, 257, 1, false); // no number is cut to what fits
        row(2026, 1, 257, false);
        row(2026, -255, 1, false);
        row(2026 + 65536, 1, 1, false);
    }
    void daysThatExist()
    {
        QFETCH(int, year);
        QFETCH(int, month);
        QFETCH(int, day);
        QFETCH(bool, exists);
        const auto date = validDate(year, month, day);
        QCOMPARE(date.has_value(), exists);
        if (exists) QVERIFY(*date == (Date{year, month, day}));
    }

    void theDayOfAMoment()
    {
        const auto midnight = [](Date date) { return std::chrono::system_clock::time_point(daysOf(date)); };
        const Date leap{2028, 2, 29};
        QVERIFY(dateOf(midnight(leap)) == leap);
        QVERIFY(dateOf(midnight(leap) + 24h - 1us) == leap);
        QVERIFY(dateOf(midnight(leap) + 24h) == (Date{2028, 3, 1}));
        QVERIFY(dateOf(midnight(leap) - 1us) == (Date{2028, 2, 28}));
        QVERIFY(dateOf({}) == (Date{1970, 1, 1}));
        QVERIFY(dateOf(std::chrono::system_clock::time_point(-1s)) == (Date{1969, 12, 31}));
        QCOMPARE((daysOf({2027, 3, 1}) - daysOf({2026, 3, 1})).count(), 365);
        QCOMPARE((daysOf({2029, 2, 1}) - daysOf({2028, 2, 1})).count(), 366);
    }

    void order()
    {
        QVERIFY((Date{2026, 11, 20}) < (Date{2026, 12, 1}));
        QVERIFY((Date{2026, 12, 31}) < (Date{2027, 1, 1}));
        QVERIFY((Date{2026, 11, 19}) < (Date{2026, 11, 20}));
    }

    void written()
    {
        QCOMPARE(compact({2026, 11, 20}), std::string("20261120"));
        QCOMPARE(compact({1986, 8, 2}), std::string("19860802"));
        QCOMPARE(compact({987, 6, 5}), std::string("09870605"));
    }

    void aClockKnowsItsDay()
    {
        test::PumpedScheduler scheduler;
        test::ManualClock clock(scheduler, {2026, 12, 31});
        QVERIFY(clock.today() == (Date{2026, 12, 31}));
        clock.advance(12h);
        QVERIFY(clock.today() == (Date{2027, 1, 1}));
    }
};

QTEST_GUILESS_MAIN(clock_test)
#include "clock_test.moc"
