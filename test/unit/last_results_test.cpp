// The last result of each reader, with the readers, the session and its thread that the engine uses. The functions of pcsc-lite
// are replaced by a script: this program's own ones win over those of the library.
#include <QTest>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <winscard.h>

#include "card/pcsc/last_results.h"
#include "card/pcsc/readers.h"
#include "core/random.h"
#include "engine/card_port.h"
#include "engine/json_log.h"
#include "network/qt_clock.h"
#include "network/qt_scheduler.h"

using namespace eidkern;
using namespace eidkern::card;

namespace
{

struct Script // of pcscd; what happens next to each call
{
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> readers{"A", "B"};
    int version = 0; // of `readers`
    bool cancelled = false;
    LONG connect = SCARD_S_SUCCESS;
    std::deque<LONG> transmits;   // then success
    bool connecting = false;
    std::uint32_t lastAtEntry = 0;     // what A had answered last when SCardTransmit was called
    bool held = false, inside = false; // SCardTransmit waits while it is held, and says that it is inside

    void set(const std::function<void(Script&)>& change)
    {
        const std::lock_guard lock(mutex);
        change(*this);
        changed.notify_all();
    }
} script;

} // namespace

extern "C"
{
    LONG SCardEstablishContext(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT context) { return *context = 1, SCARD_S_SUCCESS; }
    LONG SCardReleaseContext(SCARDCONTEXT) { return SCARD_S_SUCCESS; }
    LONG SCardListReaders(SCARDCONTEXT, LPCSTR, LPSTR to, LPDWORD size)
    {
        const std::lock_guard lock(script.mutex);
        std::string names;
        for (const auto& each : script.readers) names.append(each).push_back('\0');
        names.push_back('\0');
        *size = DWORD(names.size());
        if (to) std::memcpy(to, names.data(), names.size());
        return script.readers.empty() ? SCARD_E_NO_READERS_AVAILABLE : SCARD_S_SUCCESS;
    }
    LONG SCardGetStatusChange(SCARDCONTEXT, DWORD timeout, SCARD_READERSTATE* states, DWORD count)
    {
        static thread_local int seen = -1;
        std::unique_lock lock(script.mutex);
        if (timeout > 0) script.changed.wait(lock, [] { return script.cancelled || script.version != seen; });
        if (script.cancelled) return SCARD_E_CANCELLED;
        seen = script.version;
        for (DWORD i = 0; i < count; ++i) states[i].dwEventState = SCARD_STATE_PRESENT;
        return SCARD_S_SUCCESS;
    }
    LONG SCardCancel(SCARDCONTEXT)
    {
        return script.set([](Script& s) { s.cancelled = true; }), SCARD_S_SUCCESS;
    }
    LONG SCardConnect(SCARDCONTEXT, LPCSTR, DWORD, DWORD, LPSCARDHANDLE card, LPDWORD protocol)
    {
        const std::lock_guard lock(script.mutex);
        script.connecting = true;
        script.changed.notify_all();
        *card = 2;
        *protocol = SCARD_PROTOCOL_T1;
        return script.connect;
    }
    LONG SCardReconnect(SCARDHANDLE, DWORD, DWORD, DWORD, LPDWORD) { return SCARD_S_SUCCESS; }
    LONG SCardDisconnect(SCARDHANDLE, DWORD) { return SCARD_S_SUCCESS; }
    LONG SCardBeginTransaction(SCARDHANDLE) { return SCARD_S_SUCCESS; }
    LONG SCardEndTransaction(SCARDHANDLE, DWORD) { return SCARD_S_SUCCESS; }
    LONG SCardStatus(SCARDHANDLE, LPSTR, LPDWORD, LPDWORD, LPDWORD, LPBYTE, LPDWORD) { return SCARD_S_SUCCESS; }
    LONG SCardTransmit(SCARDHANDLE, const SCARD_IO_REQUEST*, LPCBYTE, DWORD, SCARD_IO_REQUEST*, LPBYTE to, LPDWORD length)
    {
        std::unique_lock lock(script.mutex);
        script.inside = true;
        script.lastAtEntry = lastResult("A")->code;
        script.changed.notify_all();
        script.changed.wait(lock, [] { return !script.held; });
        to[0] = 0x90;
        to[1] = 0x00;
        *length = 2;
        if (script.transmits.empty()) return SCARD_S_SUCCESS;
        const LONG result = script.transmits.front();
        script.transmits.pop_front();
        return result;
    }
}

class last_results_test : public QObject
{
    Q_OBJECT

    network::QtScheduler scheduler_;
    std::unique_ptr<PcscReaders> readers_;

    template<typename T>
    static T result(Pending<T> pending) // once it is there
    {
        while (!pending.ready()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        return std::move(pending).operator co_await().await_resume();
    }
    std::unique_ptr<Channel> connected(const std::string& reader)
    {
        auto channel = result(start(scheduler_, readers_->connect(reader)));
        return channel ? std::move(channel->channel) : nullptr;
    }
    void plug(std::vector<std::string> names)
    {
        const auto seen = readers_->changed();
        script.set([&names](Script& s) {
            s.readers = std::move(names);
            ++s.version;
        });
        while (!seen.ready()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    static std::uint32_t codeOf(const std::string& reader) { return lastResult(reader).value().code; }

private Q_SLOTS:
    void init()
    {
        script.set([](Script& s) {
            s.readers = {"A", "B"};
            s.cancelled = s.held = s.inside = s.connecting = false;
            s.connect = SCARD_S_SUCCESS;
            s.transmits.clear();
        });
        readersSeen({}); // of the test before
        readers_ = std::make_unique<PcscReaders>(scheduler_);
        const auto seen = readers_->changed();
        while (!seen.ready()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    void cleanup() { readers_.reset(); }

    // 1. written at the completion of each operation, success included
    void eachCompletionIsKept()
    {
        const auto before = std::chrono::steady_clock::now();
        const auto channel = connected("A");
        QVERIFY(channel);
        QCOMPARE(lastResult("A")->operation, std::string_view("connect"));
        QCOMPARE(codeOf("A"), 0u);
        QVERIFY(lastResult("A")->at >= before && lastResult("A")->at <= std::chrono::steady_clock::now());

        channel->claim();
        script.set([](Script& s) { s.transmits = {SCARD_W_RESET_CARD}; });
        QVERIFY(!result(channel->transmit({0x00})));
        QCOMPARE(lastResult("A")->operation, std::string_view("transmit"));
        QCOMPARE(codeOf("A"), 0x80100068u);

        QVERIFY(result(channel->transmit({0x00})).has_value()); // a success afterwards
        QCOMPARE(codeOf("A"), 0u);
    }

    void alsoOfOneThatNobodyWaitsForAnyMore()
    {
        const auto channel = connected("A");
        channel->claim();
        script.set([](Script& s) {
            s.held = true;
            s.inside = false;
            s.transmits = {SCARD_W_RESET_CARD};
        });
        {
            const auto dropped = channel->transmit({0x00});
            std::unique_lock lock(script.mutex);
            script.changed.wait(lock, [] { return script.inside; });
        }
        auto next = channel->transmit({0x00}); // begins when the first has ended
        script.set([](Script& s) { s.held = false; });
        QVERIFY(result(std::move(next)).has_value());
        QCOMPARE(script.lastAtEntry, 0x80100068u);
    }

    void cancelledIsAResultToo()
    {
        script.set([](Script& s) { s.connect = SCARD_E_SHARING_VIOLATION; });
        {
            const auto dropped = start(scheduler_, readers_->connect("A"));
            std::unique_lock lock(script.mutex);
            script.changed.wait(lock, [] { return script.connecting; });
        }
        script.set([](Script& s) { s.connect = SCARD_S_SUCCESS; });
        while (lastResult("A")->operation.empty()) std::this_thread::yield();
        QCOMPARE(lastResult("A")->operation, std::string_view("connect"));
        QCOMPARE(codeOf("A"), 0x80100002u);
    }

    void aFailedConnectionToo()
    {
        script.set([](Script& s) { s.connect = SCARD_E_PROTO_MISMATCH; });
        QVERIFY(!connected("A"));
        QCOMPARE(lastResult("A")->operation, std::string_view("connect"));
        QCOMPARE(codeOf("A"), 0x8010000Fu);
    }

    void pcscLitesOwnNumbersAreNormalised()
    {
        script.set([](Script& s) { s.connect = SCARD_E_UNSUPPORTED_FEATURE; });
        QVERIFY(!connected("A"));
        QCOMPARE(codeOf("A"), 0x80100022u);
    }

    void failuresOfALoginTellIt()
    {
        script.set([](Script& s) { s.connect = SCARD_F_INTERNAL_ERROR; });
        network::QtClock clock(scheduler_);
        SystemRandom random;
        JsonLog log({}, clock);
        CardPort cards(scheduler_, clock, random, log, {}, "");
        QVERIFY(cards.readerResult().empty());
        QCOMPARE(result(cards.next([] {})).error(), CardFault::CommandFailed);
        QCOMPARE(cards.readerResult(), std::string("SCARD_F_INTERNAL_ERROR (0x80100001), connect"));
    }

    // 2. reading changes nothing, and fails only for a reader that is not there, which is no result of it
    void readingChangesNothing()
    {
        script.set([](Script& s) { s.connect = SCARD_E_PROTO_MISMATCH; });
        QVERIFY(!connected("A"));
        const auto first = lastResult("A");
        for (int i = 0; i < 3; ++i) QVERIFY(lastResult("A") == first);
        QVERIFY(!lastResult("C"));
        QVERIFY(lastResult("A") == first);
    }

    // 3. no buffer can be too small: the answer is a value of 32 bits
    void theAnswerIsAValue()
    {
        static_assert(std::is_same_v<decltype(LastResult::code), std::uint32_t>);
        static_assert(std::is_same_v<decltype(lastResult("A")), std::optional<LastResult>>);
        auto copy = lastResult("A");
        copy->code = 1;
        QCOMPARE(codeOf("A"), 0u);
    }

    // 4. success at first; of the reader, not of a thread or connection; dies with the reader
    void itBelongsToTheReader()
    {
        QVERIFY(lastResult("A") == LastResult{} && lastResult("B") == LastResult{});
        auto channel = connected("A");
        channel->claim();
        script.set([](Script& s) { s.transmits = {SCARD_W_RESET_CARD}; });
        QVERIFY(!result(channel->transmit({0x00})));
        QVERIFY(lastResult("B") == LastResult{}); // not of the other reader
        channel.reset();
        QCOMPARE(codeOf("A"), 0x80100068u); // disconnecting is no operation
        PcscReaders other(scheduler_);      // somebody else in this process
        const auto seen = other.changed();
        while (!seen.ready()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCOMPARE(codeOf("A"), 0x80100068u);
        QVERIFY(connected("A")); // a new connection begins where the old one ended
        QCOMPARE(lastResult("A")->operation, std::string_view("connect"));
    }

    void itDiesWithTheReader()
    {
        script.set([](Script& s) { s.connect = SCARD_E_PROTO_MISMATCH; });
        QVERIFY(!connected("A"));
        plug({"B"});
        QVERIFY(!lastResult("A"));
        operationCompleted("A", {0x80100017, "transmit", {}}); // too late
        QVERIFY(!lastResult("A"));
        plug({"A", "B"});
        QVERIFY(lastResult("A") == LastResult{});
    }

    // 5. looking at the readers is no operation on one
    void watchingLeavesItAlone()
    {
        script.set([](Script& s) { s.connect = SCARD_E_PROTO_MISMATCH; });
        QVERIFY(!connected("A"));
        const auto before = lastResult("A");
        plug({"A", "B", "C"});
        QVERIFY(readers_->picture()->readers.contains("C"));
        QVERIFY(lastResult("A") == before);
        QVERIFY(lastResult("C") == LastResult{});
    }

    // 6. of operations that run side by side the one that is completed last counts, not the one that began last
    void theLastCompletionCounts()
    {
        const auto slow = connected("A"), quick = connected("A");
        slow->claim();
        script.set([](Script& s) {
            s.held = true;
            s.inside = false;
            s.transmits = {SCARD_W_RESET_CARD};
        });
        auto running = slow->transmit({0x00});
        {
            std::unique_lock lock(script.mutex);
            script.changed.wait(lock, [] { return script.inside; });
        }
        QVERIFY(connected("A")); // begins later, and ends earlier
        QCOMPARE(lastResult("A")->operation, std::string_view("connect"));
        script.set([](Script& s) { s.held = false; });
        QVERIFY(!result(std::move(running)));
        QCOMPARE(lastResult("A")->operation, std::string_view("transmit"));
        QCOMPARE(codeOf("A"), 0x80100068u);
    }
};

QTEST_GUILESS_MAIN(last_results_test)
#include "last_results_test.moc"
