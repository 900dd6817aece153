#include "card/pcsc/reader_monitor.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "card/pcsc/codes.h"
#include "card/pcsc/threads.h"

namespace eidkern::card
{

using namespace std::chrono_literals;

static constexpr auto plugAndPlay = R"(\\?PnP?\Notification)";
static constexpr DWORD relist = 5000;         // ms; pcsc-lite < 2.3 does not tell of a reader that came between listing and waiting
static constexpr std::size_t mostEntries = 16; // PCSCLITE_MAX_READERS_CONTEXTS: one more is refused

class ReaderMonitor::Watch
{
public:
    explicit Watch(Report report) : report_(std::move(report)) {}

    void run()
    {
        auto delay = 100ms;
        while (!stopped())
        {
            SCARDCONTEXT context = 0;
            if (SCardEstablishContext(SCARD_SCOPE_USER, nullptr, nullptr, &context) == SCARD_S_SUCCESS)
            {
                cancellable(context);
                watch(context);
                cancellable(0);
                SCardReleaseContext(context); // also after the service is lost: frees the client's side
                delay = 100ms;
            }
            insertions_.clear();
            tell({});
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, delay, [this] { return stop_; });
            delay = std::min(delay * 2, 2000ms);
        }
        const std::lock_guard lock(mutex_);
        done_ = true;
        changed_.notify_all();
    }

    void stop()
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        changed_.notify_all();
    }

    // SCardCancel has no memory: just before the wait it is lost. So it is repeated until the thread is out.
    void cancelUntilDone()
    {
        for (;;)
        {
            std::unique_lock lock(mutex_);
            if (changed_.wait_for(lock, 5ms, [this] { return done_; })) return;
            const auto context = context_;
            lock.unlock();
            if (context) SCardCancel(context);
        }
    }

    void waitUntilDone(std::chrono::milliseconds atMost)
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, atMost, [this] { return done_; });
    }

private:
    void watch(SCARDCONTEXT context) // until the service is lost, or stop
    {
        std::map<std::string, DWORD> known; // last event state of each reader
        while (!stopped())
        {
            const auto names = list(context);
            if (!names) return;
            const auto isGone = [&names](const auto& entry) { return std::ranges::find(*names, entry.first) == names->end(); };
            bool changed = std::erase_if(known, isGone) > 0;
            for (const auto& name : *names) changed |= known.emplace(name, SCARD_STATE_UNAWARE).second;

            auto states = entries(known);
            const LONG result = stopped() ? SCARD_E_CANCELLED : SCardGetStatusChange(context, changed ? 0 : relist, states.data(), states.size());
            if (is(result, SCARD_E_UNKNOWN_READER)) continue; // went since the listing
            if (result != SCARD_S_SUCCESS && !is(result, SCARD_E_TIMEOUT)) return;
            tell(picture(states));
            for (const auto& state : states)
                if (const auto reader = known.find(state.szReader); reader != known.end()) reader->second = state.dwEventState & ~DWORD(SCARD_STATE_CHANGED);
        }
    }

    static std::optional<std::vector<std::string>> list(SCARDCONTEXT context) // nothing: the service is lost
    {
        for (;;)
        {
            DWORD size = 0;
            LONG result = SCardListReaders(context, nullptr, nullptr, &size);
            std::string buffer(size + 2, '\0');
            if (result == SCARD_S_SUCCESS) result = SCardListReaders(context, nullptr, buffer.data(), &size);
            std::vector<std::string> names;
            if (is(result, SCARD_E_NO_READERS_AVAILABLE)) return names;
            if (is(result, SCARD_E_INSUFFICIENT_BUFFER)) continue; // one more meanwhile
            if (result != SCARD_S_SUCCESS) return {};
            for (const char* at = buffer.data(); *at; at += names.back().size() + 1) names.emplace_back(at);
            return names;
        }
    }

    static std::vector<SCARD_READERSTATE> entries(const std::map<std::string, DWORD>& known)
    {
        std::vector<SCARD_READERSTATE> states;
        const auto add = [&states](const char* name, DWORD current) {
            SCARD_READERSTATE state{};
            state.szReader = name;
            state.dwCurrentState = state.dwEventState = current;
            if (states.size() < mostEntries) states.push_back(state);
        };
        for (const auto& [name, current] : known) add(name.c_str(), current);
        add(plugAndPlay, SCARD_STATE_UNAWARE);
        return states;
    }

    ReaderPicture picture(const std::vector<SCARD_READERSTATE>& states)
    {
        ReaderPicture seen{.service = true, .readers = {}};
        std::map<std::string, Insertion> insertions;
        for (const auto& state : states)
        {
            const auto now = state.dwEventState;
            if (std::string_view(state.szReader) == plugAndPlay || now & SCARD_STATE_UNKNOWN) continue; // UNKNOWN: unplugged
            const auto has = [now](DWORD flag) { return (now & flag) != 0; };
            auto& reader = seen.readers[state.szReader];
            reader = {has(SCARD_STATE_PRESENT), has(SCARD_STATE_MUTE), has(SCARD_STATE_EXCLUSIVE), has(SCARD_STATE_UNAVAILABLE)};
            if (!reader.card) continue;
            const auto card = insertion(state.szReader, std::uint16_t(now >> 16));
            insertions.emplace(state.szReader, card);
            reader.insertion = card.number;
        }
        insertions_ = std::move(insertions);
        return seen;
    }

    struct Insertion // of the card that is in a reader
    {
        std::uint16_t counter; // pcscd's
        unsigned number;       // ours
    };

    // pcscd counts insertions and removals, and shows a new card a moment before it counts it: another card is two further, one
    // further is the same one.
    Insertion insertion(const char* reader, std::uint16_t counter)
    {
        const auto before = insertions_.find(reader);
        if (before != insertions_.end() && std::uint16_t(counter - before->second.counter) <= 1) return before->second;
        return {counter, ++numbers_};
    }

    void tell(ReaderPicture now)
    {
        const std::lock_guard lock(mutex_);
        if (stop_ || last_ == now) return;
        last_ = std::move(now);
        report_(*last_);
    }
    void cancellable(SCARDCONTEXT context)
    {
        const std::lock_guard lock(mutex_);
        context_ = context;
    }
    bool stopped()
    {
        const std::lock_guard lock(mutex_);
        return stop_;
    }

    Report report_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stop_ = false, done_ = false;
    SCARDCONTEXT context_ = 0;
    std::optional<ReaderPicture> last_;
    std::map<std::string, Insertion> insertions_; // used by the watching thread alone, like numbers_
    unsigned numbers_ = 0;
};

ReaderMonitor::ReaderMonitor(Report report) : watch_(std::make_shared<Watch>(std::move(report)))
{
    startThread([watch = watch_] { watch->run(); });
}

ReaderMonitor::~ReaderMonitor()
{
    watch_->stop();
    startThread([watch = watch_] { watch->cancelUntilDone(); }); // a daemon that hangs holds it, not us
    watch_->waitUntilDone(500ms);
}

} // namespace eidkern::card
