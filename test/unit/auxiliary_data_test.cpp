// AuthenticatedAuxiliaryData: what is read and written, what is refused, and the age that a reference date asks for.
#include <QTest>

#include "core/auxiliary_data.h"

using namespace eidkern;

static Bytes h(const char* hex) { return fromHex(hex).value(); }

// 67 { 73 { 06 oid, 53 19860820 } } and so on, written by hand.
static constexpr const char* birth = "7315060904007f000703010401530831393836303832";
static const std::string birthItem = std::string(birth) + "30",
                         expiryItem = "7315060904007f0007030104025308"
                                      "3230323631313230",
                         communityItem = "7314060904007f00070301040353070276051100"
                                         "0000";

static Bytes wrapped(const std::string& items, const char* tag = "67")
{
    static constexpr const char* digits = "0123456789abcdef";
    const auto size = items.size() / 2;
    return h((std::string(tag) + digits[size >> 4 & 15] + digits[size & 15] + items).c_str()); // short form: below 128
}

class auxiliary_data_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEveryItemInAnyOrder()
    {
        const auto data = parseAuxiliaryData(wrapped(communityItem + expiryItem + birthItem));
        QVERIFY(data);
        QVERIFY(data->dateOfBirth == (Date{1986, 8, 20}));
        QVERIFY(data->dateOfExpiry == (Date{2026, 11, 20}));
        QVERIFY(data->communityId && same(*data->communityId, h("02760511000000")));
    }

    void writesWhatItReads()
    {
        const auto bytes = wrapped(birthItem + expiryItem + communityItem);
        const auto data = parseAuxiliaryData(bytes);
        QVERIFY(data);
        QVERIFY(same(encode(*data), bytes));
        QVERIFY(same(encode({}), h("6700")));
    }

    void everyItemIsOptional()
    {
        const auto none = parseAuxiliaryData(h("6700"));
        QVERIFY(none && !none->dateOfBirth && !none->dateOfExpiry && !none->communityId);
        const auto one = parseAuxiliaryData(wrapped(expiryItem));
        QVERIFY(one && !one->dateOfBirth && one->dateOfExpiry && !one->communityId);
        const auto empty = parseAuxiliaryData(wrapped("730d060904007f0007030104035300"));
        QVERIFY(empty && empty->communityId && empty->communityId->empty());
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("input");
        const auto row = [](const char* name, const Bytes& bytes) { QTest::newRow(name) << QByteArray::fromStdString(toHex(bytes)); };
        row("nothing", {});
        row("another outer tag", wrapped(birthItem, "65"));
        row("a byte behind it", concat({wrapped(birthItem), Bytes{0}}));
        row("cut", h("671773150609"));
        row("another item tag", wrapped("7515060904007f0007030104015308"
                                        "3139383630383230"));
        row("date of birth twice", wrapped(birthItem + birthItem));
        row("date of expiry twice", wrapped(expiryItem + expiryItem));
        row("community ID twice", wrapped(communityItem + communityItem));
        row("an unknown item", wrapped("7315060904007f0007030104045308"
                                       "3139383630383230"));
        row("an item without a value", wrapped("730b060904007f000703010401"));
        row("an item without a name", wrapped("730a5308"
                                              "3139383630383230"));
        row("two names", wrapped("7316060904007f000703010401060904007f000703010401"));
        row("a third part", wrapped("7317060904007f0007030104015308"
                                    "31393836303832300500"));
        row("seven digits", wrapped("7314060904007f0007030104015307"
                                    "31393836303832"));
        row("a letter", wrapped("7315060904007f0007030104015308"
                                "3139383630384130"));
        row("BCD", wrapped("7311060904007f0007030104015304"
                           "19860820"));
        row("month 13", wrapped("7315060904007f0007030104015308"
                                "3139383631333230"));
        row("29 February 2026", wrapped("7315060904007f0007030104025308"
                                        "3230323630323239"));
    }
    void refuses()
    {
        QFETCH(QByteArray, input);
        QVERIFY(!parseAuxiliaryData(h(input.constData())));
    }

    void age_data()
    {
        QTest::addColumn<QString>("reference");
        QTest::addColumn<QString>("today");
        QTest::addColumn<int>("years");
        QTest::newRow("to the day") << "2008-11-20" << "2026-11-20" << 18;
        QTest::newRow("one day before") << "2008-11-21" << "2026-11-20" << 17;
        QTest::newRow("one day after") << "2008-11-19" << "2026-11-20" << 18;
        QTest::newRow("a later month") << "2008-12-01" << "2026-11-20" << 17;
        QTest::newRow("an earlier month, a later day") << "2008-10-31" << "2026-11-20" << 18;
        QTest::newRow("today") << "2026-11-20" << "2026-11-20" << 0;
        QTest::newRow("leap day, the day before March") << "2008-02-29" << "2026-02-28" << 17;
        QTest::newRow("leap day, March") << "2008-02-29" << "2026-03-01" << 18;
        QTest::newRow("across a century") << "1926-11-20" << "2026-11-20" << 100;
    }
    void age()
    {
        QFETCH(QString, reference);
        QFETCH(QString, today);
        const auto date = [](const QString& text) { return Date{text.left(4).toInt(), text.mid(5, 2).toInt(), text.mid(8).toInt()}; };
        QTEST(requiredAge(date(reference), date(today)), "years");
    }
};

QTEST_GUILESS_MAIN(auxiliary_data_test)
#include "auxiliary_data_test.moc"
