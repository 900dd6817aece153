// What the monitor makes of what pcsc-lite tells of the readers, above all: is it still the same card? The functions of pcsc-lite
// are replaced by a script: this program's own ones win over those of the library.
#include <QTest>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <vector>
#include <winscard.h>

#include "card/pcsc/reader_monitor.h"

using namespace eidkern::card;

namespace
{

constexpr const char* reader = "R";

struct Script // one reader; each call of GetStatusChange tells the next state, the one after the last is held until it is cancelled
{
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<DWORD> states;
    std::vector<ReaderPicture> told;
    bool held = false, cancelled = false;
} script;

std::vector<ReaderPicture> pictures(std::deque<DWORD> states)
{
    script.states = std::move(states);
    script.told.clear();
    script.held = script.cancelled = false;
    const ReaderMonitor monitor([](const ReaderPicture& now) {
        const std::lock_guard lock(script.mutex);
        script.told.push_back(now);
    });
    std::unique_lock lock(script.mutex);
    script.changed.wait(lock, [] { return script.held; });
    return script.told;
}

constexpr DWORD lost = 0xFFFF; // pcscd has ended
constexpr DWORD empty(DWORD events) { return events << 16 | SCARD_STATE_EMPTY; }
constexpr DWORD present(DWORD events) { return events << 16 | SCARD_STATE_PRESENT; }

} // namespace

extern "C"
{
    LONG SCardEstablishContext(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT context)
    {
        *context = 1;
        return SCARD_S_SUCCESS;
    }
    LONG SCardReleaseContext(SCARDCONTEXT) { return SCARD_S_SUCCESS; }
    LONG SCardListReaders(SCARDCONTEXT, LPCSTR, LPSTR names, LPDWORD size)
    {
        *size = DWORD(std::strlen(reader) + 2);
        if (names) std::memcpy(names, "R\0", *size);
        return SCARD_S_SUCCESS;
    }
    LONG SCardGetStatusChange(SCARDCONTEXT, DWORD, SCARD_READERSTATE* states, DWORD)
    {
        std::unique_lock lock(script.mutex);
        if (script.states.empty())
        {
            script.held = true;
            script.changed.notify_all();
            script.changed.wait(lock, [] { return script.cancelled; });
            return SCARD_E_CANCELLED;
        }
        const auto state = script.states.front();
        script.states.pop_front();
        if (state == lost) return SCARD_E_NO_SERVICE;
        const bool changed = (state & 0xFFFF) != (states[0].dwCurrentState & 0xFFFF);
        states[0].dwEventState = state | (changed ? SCARD_STATE_CHANGED : 0);
        return changed ? SCARD_S_SUCCESS : SCARD_E_TIMEOUT; // like pcsc-lite: a counter that was 0 is not compared
    }
    LONG SCardCancel(SCARDCONTEXT)
    {
        const std::lock_guard lock(script.mutex);
        script.cancelled = true;
        script.changed.notify_all();
        return SCARD_S_SUCCESS;
    }
}

class pcsc_monitor_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCardThatIsShownBeforeItIsCountedStaysTheSame()
    {
        const auto told = pictures({empty(0), present(0), present(1), present(1)});
        QCOMPARE(told.size(), 2u);
        QVERIFY(!told[0].readers.at(reader).card);
        QVERIFY(told[1].readers.at(reader).card);
    }

    void aCardThatWasSwappedIsAnother()
    {
        const auto told = pictures({present(1), present(3)});
        QCOMPARE(told.size(), 2u);
        QVERIFY(told[0].readers.at(reader).insertion != told[1].readers.at(reader).insertion);
    }

    void aCardThatWasSwappedAndIsShownBeforeItIsCountedIsAnother()
    {
        const auto told = pictures({present(1), present(2), present(3)});
        QCOMPARE(told.size(), 2u);
        QVERIFY(told[0].readers.at(reader).insertion != told[1].readers.at(reader).insertion);
    }

    void aCardThatWasAwayIsAnother()
    {
        const auto told = pictures({present(4), empty(5), present(5), present(6)});
        QCOMPARE(told.size(), 3u);
        QVERIFY(told[0].readers.at(reader).insertion != told[2].readers.at(reader).insertion);
    }

    void aNewStartOfPcscdMakesItAnother() // its counters begin again
    {
        const auto told = pictures({present(1), lost, present(1)});
        QCOMPARE(told.size(), 3u);
        QVERIFY(!told[1].service);
        QVERIFY(told[0].readers.at(reader).insertion != told[2].readers.at(reader).insertion);
    }

    void theCounterWraps()
    {
        QCOMPARE(pictures({present(0xFFFF), present(0)}).size(), 1u);
        QCOMPARE(pictures({present(0xFFFF), present(1)}).size(), 2u);
    }
};

QTEST_GUILESS_MAIN(pcsc_monitor_test)
#include "pcsc_monitor_test.moc"
