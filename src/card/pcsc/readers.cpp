#include "card/pcsc/readers.h"

#include <optional>
#include <utility>
#include <vector>

#include "card/faults.h"
#include "card/pcsc/codes.h"
#include "card/pcsc/last_results.h"
#include "card/pcsc/worker.h"

namespace eidkern::card
{

struct PcscReaders::State
{
    struct Removal // of one insertion
    {
        std::string reader;
        unsigned insertion;
        Promise<Done> promise;
    };

    explicit State(Scheduler& s) : scheduler(s), inbox(std::make_shared<Inbox>(s)) {}

    Scheduler& scheduler;
    std::shared_ptr<Inbox> inbox;
    std::optional<ReaderPicture> picture;
    std::vector<Promise<Done>> waiting;
    std::vector<Removal> removals;

    const ReaderState* find(const std::string& reader) const
    {
        if (!picture) return nullptr;
        const auto found = picture->readers.find(reader);
        return found == picture->readers.end() ? nullptr : &found->second;
    }
    bool isThere(const std::string& reader, unsigned insertion) const
    {
        const auto* now = find(reader);
        return now && now->card && now->insertion == insertion;
    }
    void seen(ReaderPicture now)
    {
        readersSeen(now);
        picture = std::move(now);
        for (auto& promise : std::exchange(waiting, {})) promise.set(Done{});
        std::erase_if(removals, [this](Removal& each) { return !each.promise.wanted() || (!isThere(each.reader, each.insertion) && each.promise.set(Done{})); });
    }
};

namespace
{

// A job for the worker, whose result stays known as the reader's last one.
template<typename Job>
auto noted(std::string reader, std::string_view operation, Job job)
{
    return [reader = std::move(reader), operation, job = std::move(job)](PcscSession& session, const std::stop_token& stop) {
        auto answer = job(session, stop);
        operationCompleted(reader, {scardValue(session.result()), operation, std::chrono::steady_clock::now()});
        return answer;
    };
}

class PcscChannel final : public Channel, public PinPad
{
public:
    PcscChannel(std::shared_ptr<PcscReaders::State> state, std::unique_ptr<Worker> worker, std::string reader, unsigned insertion, bool hasPad)
        : state_(std::move(state)), worker_(std::move(worker)), reader_(std::move(reader)), insertion_(insertion), hasPad_(hasPad)
    {
    }

    std::string reader() const override { return reader_; }

    Pending<CardResult<Bytes>> transmit(Bytes apdu) override
    {
        return worker_->call(noted(reader_, "transmit", [apdu = std::move(apdu), claimed = claimed_](PcscSession& session, const std::stop_token& stop) {
            return session.transmit(apdu, claimed, stop);
        }));
    }

    Pending<Done> removed() override
    {
        if (!state_->isThere(reader_, insertion_)) return ready(state_->scheduler, Done{});
        Pending<Done> pending(state_->scheduler);
        state_->removals.push_back({reader_, insertion_, pending.promise()});
        return pending;
    }

    void claim() override { claimed_ = true; }

    PinPad* pad() override { return hasPad_ ? this : nullptr; }
    Pending<CardResult<PaceOutput>> establishPace(PaceInput input) override
    {
        return worker_->call(
            noted(reader_, "control", [input = std::make_shared<const PaceInput>(std::move(input))](PcscSession& session, const std::stop_token&) {
                return session.establishPace(*input);
            }));
    }
    Pending<CardResult<Done>> changePin() override
    {
        return worker_->call(noted(reader_, "control", [](PcscSession& session, const std::stop_token&) { return session.changePin(); }));
    }
    Pending<CardResult<Done>> endPace() override
    {
        return worker_->call(noted(reader_, "control", [](PcscSession& session, const std::stop_token&) { return session.endPace(); }));
    }

private:
    std::shared_ptr<PcscReaders::State> state_;
    std::unique_ptr<Worker> worker_;
    std::string reader_;
    unsigned insertion_;
    bool hasPad_, claimed_ = false;
};

} // namespace

PcscReaders::PcscReaders(Scheduler& scheduler) : state_(std::make_shared<State>(scheduler))
{
    monitor_ = std::make_unique<ReaderMonitor>([seeing = std::weak_ptr(state_), inbox = state_->inbox](const ReaderPicture& picture) {
        inbox->post([seeing, picture] {
            if (const auto state = seeing.lock()) state->seen(picture);
        });
    });
}

PcscReaders::~PcscReaders()
{
    state_->inbox->close();
    monitor_.reset();
}

const ReaderPicture* PcscReaders::picture() const { return state_->picture ? &*state_->picture : nullptr; }

Pending<Done> PcscReaders::changed() const
{
    Pending<Done> pending(state_->scheduler);
    state_->waiting.push_back(pending.promise());
    return pending;
}

Task<CardResult<Connection>> PcscReaders::connect(std::string reader)
{
    auto state = state_;
    const auto* seen = state->find(reader);
    if (!seen || !seen->card) co_return fault(CardFault::Removed);
    const auto insertion = seen->insertion;
    auto worker = std::make_unique<Worker>(state->scheduler, state->inbox);
    auto opening = worker->call(noted(reader, "connect", [reader](PcscSession& session, const std::stop_token& stop) {
        return session.open(reader, stop).transform([&session](Done) { return session.properties(); });
    }));
    const auto opened = co_await std::move(opening);
    if (!opened) co_return fault(opened.error());
    auto channel = std::make_unique<PcscChannel>(std::move(state), std::move(worker), std::move(reader), insertion, opened->takesPasswords());
    co_return Connection{std::move(channel), *opened};
}

Task<CardResult<ReaderProperties>> PcscReaders::ask(std::string reader)
{
    Worker worker(state_->scheduler, state_->inbox);
    auto asking = worker.call([reader = std::move(reader)](PcscSession& session, const std::stop_token& stop) {
        return session.openReader(reader, stop).transform([&session](Done) { return session.properties(); });
    });
    co_return co_await std::move(asking);
}

} // namespace eidkern::card
