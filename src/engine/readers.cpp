#include "eidkern/readers.h"

#include <map>
#include <utility>

#include "card/eid_card.h"
#include "card/pcsc/last_results.h"
#include "card/pcsc/readers.h"
#include "card/pcsc/threads.h"
#include "engine/json_log.h"
#include "network/qt_clock.h"
#include "network/qt_scheduler.h"

namespace eidkern
{

static ReaderResult lastOf(const std::string& reader)
{
    const auto last = card::lastResult(reader);
    return last ? ReaderResult{last->code, std::string(last->operation), last->at} : ReaderResult{};
}

class ReaderWatch::Impl
{
public:
    explicit Impl(std::function<void(const ReaderList&)> handler)
        : handler_(std::make_shared<std::function<void(const ReaderList&)>>(std::move(handler))), watching_(start(scheduler_, watch()))
    {
    }

private:
    static constexpr std::chrono::milliseconds patience{500};

    struct Asked
    {
        std::optional<ReaderFeatures> features = {};
        bool waitedFor = true; // by the list
        std::optional<Pending<Done>> asking = {};
    };

    Task<Done> watch()
    {
        for (;;)
        {
            co_await readers_.changed();
            const auto& now = readers_.picture()->readers;
            std::erase_if(asked_, [&now](const auto& each) { return !now.contains(each.first); });
            for (const auto& [name, state] : now)
                if (auto& reader = asked_[name]; !reader.features && (!reader.asking || reader.asking->ready())) reader.asking = start(scheduler_, ask(name));
            tell();
        }
    }

    Task<Done> ask(std::string name) // lives no longer than its reader
    {
        auto& reader = asked_.at(name);
        auto asking = start(scheduler_, readers_.ask(std::move(name)));
        const auto late = clock_.after(patience);
        if (co_await firstOf(asking, late) != 0 && std::exchange(reader.waitedFor, false)) tell();
        const auto said = co_await std::move(asking);
        if (said) reader.features = card::featuresOf(*said);
        if (std::exchange(reader.waitedFor, false) || said) tell();
        co_return Done{};
    }

    void tell()
    {
        ReaderList list{.service = readers_.picture()->service, .readers = {}};
        for (const auto& [name, state] : readers_.picture()->readers)
        {
            const auto asked = asked_.find(name);
            if (asked == asked_.end() || asked->second.waitedFor) return; // it is just being asked, or about to be
            list.readers.push_back({name, state.card, state.mute, state.exclusive, lastOf(name), state.insertion, asked->second.features});
        }
        scheduler_.post([handler = handler_, list = std::move(list)] { (*handler)(list); }); // may destroy this object
    }

    std::shared_ptr<std::function<void(const ReaderList&)>> handler_;
    network::QtScheduler scheduler_;
    network::QtClock clock_{scheduler_};
    card::PcscReaders readers_{scheduler_};
    std::map<std::string, Asked> asked_;
    Pending<Done> watching_;
};

ReaderWatch::ReaderWatch(std::function<void(const ReaderList&)> handler) : impl_(std::make_unique<Impl>(std::move(handler))) {}
ReaderWatch::~ReaderWatch() = default;

class CardLooker::Impl
{
public:
    Impl(std::string reader, std::function<void(const CardLook&)> handler)
        : handler_(std::make_shared<std::function<void(const CardLook&)>>(std::move(handler))), looking_(start(scheduler_, run(std::move(reader))))
    {
    }

private:
    Task<Done> run(std::string reader)
    {
        auto looking = look(std::move(reader));
        auto seen = co_await std::move(looking);
        seen.last = lastOf(seen.reader);
        scheduler_.post([handler = handler_, seen = std::move(seen)] { (*handler)(seen); });
        co_return Done{};
    }

    Task<CardLook> look(std::string reader)
    {
        if (!readers_.picture()) co_await readers_.changed();
        if (!readers_.picture()->service) co_return CardLook{.result = LookResult::NoService, .reader = {}, .type = {}, .pace = {}};
        for (const auto& [name, state] : readers_.picture()->readers)
            if (reader.empty() && state.card && !state.mute) reader = name;
        CardLook seen{.result = LookResult::NoCard, .reader = reader, .type = {}, .pace = {}};
        auto connecting = readers_.connect(reader);
        auto connected = co_await std::move(connecting);
        if (!connected)
        {
            if (connected.error() != CardFault::Removed) seen.result = LookResult::NotReachable;
            co_return seen;
        }
        seen.features = card::featuresOf(connected->reader);
        card::EidCard eid(std::move(connected->channel), random_, log_);
        auto recognising = eid.recognise();
        const auto recognised = co_await std::move(recognising);
        if (recognised) describe(eid, seen);
        else if (recognised.error() == CardFault::CommandFailed) seen.result = LookResult::NotReachable;
        else if (recognised.error() != CardFault::Removed) seen.result = LookResult::NoEidCard;
        co_return seen;
    }

    static void describe(const card::EidCard& eid, CardLook& seen)
    {
        const auto infos = card::parseSecurityInfos(eid.efCardAccess()).value();
        seen.result = LookResult::Recognised;
        seen.type = name(eid.about().type);
        seen.triesLeft = eid.about().pin.triesLeft;
        seen.deactivated = eid.about().pin.deactivated;
        seen.efCardAccessSize = eid.efCardAccess().size();
        seen.chipAuthentications = int(infos.chipAuthentication.size());
        for (const auto& each : infos.pace) seen.pace.push_back({"AES-" + std::to_string(each.keySize * 8), each.parameterId});
    }

    std::shared_ptr<std::function<void(const CardLook&)>> handler_;
    network::QtScheduler scheduler_;
    network::QtClock clock_{scheduler_};
    SystemRandom random_;
    JsonLog log_{{}, clock_};
    card::PcscReaders readers_{scheduler_};
    Pending<Done> looking_;
};

CardLooker::CardLooker(std::string reader, std::function<void(const CardLook&)> handler) : impl_(std::make_unique<Impl>(std::move(reader), std::move(handler)))
{
}
CardLooker::~CardLooker() = default;

bool finishPcsc(std::chrono::milliseconds atMost) { return card::threadsEnded(atMost); }

} // namespace eidkern
