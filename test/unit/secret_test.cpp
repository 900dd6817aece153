// Secret: moves without copies, is wiped, cannot be copied, compares by content.
#include <QTest>
#include <cstring>
#include <ostream>
#include <type_traits>

#include "core/log.h"
#include "eidkern/secret.h"

using namespace eidkern;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);
static_assert(!std::is_constructible_v<LogField, std::string_view, const Secret&>); // cannot be logged
template<typename T>
concept Printable = requires(std::ostream& stream, const T& value) { stream << value; };
static_assert(!Printable<Secret> && Printable<int>);
static_assert(!std::is_convertible_v<Secret, std::string_view> && !std::is_convertible_v<Secret, std::string>);

class secret_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void holdsWhatItWasGiven()
    {
        const Secret secret("123456");
        QCOMPARE(secret.size(), std::size_t(6));
        QVERIFY(secret.text() == "123456");
    }

    void movingHandsOverThePointer()
    {
        Secret a("123456");
        const auto* where = a.data();
        Secret b(std::move(a));
        QVERIFY(b.data() == where);
        QVERIFY(a.empty() && a.data() == nullptr);
        Secret c("old");
        c = std::move(b);
        QVERIFY(c.data() == where && b.empty());
    }

    void wipedIsEmptyAndACloneIsAValueOfItsOwn()
    {
        auto secret = Secret::ofSize(64);
        std::memset(secret.data(), 0x5A, secret.size());
        const auto copy = secret.clone();
        QVERIFY(copy == secret);
        secret.wipe();
        QVERIFY(secret.empty());
        QVERIFY(copy.size() == 64 && copy.view()[63] == 0x5A);
    }

    void comparesByContent()
    {
        QVERIFY(Secret("123456") == Secret("123456"));
        QVERIFY(!(Secret("123456") == Secret("123457")));
        QVERIFY(!(Secret("123456") == Secret("12345")));
        QVERIFY(Secret() == Secret(""));
    }
};

QTEST_GUILESS_MAIN(secret_test)
#include "secret_test.moc"
