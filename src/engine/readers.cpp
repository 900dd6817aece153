#include "eidkern/readers.h"

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

static ReaderFeatures featuresOf(const card::ReaderProperties& said)
{
    return {.pace = said.takesPasswords(),
            .paceEnds = said.takesPasswords() && said.pace.destroy,
            .qes = said.takesPasswords() && said.pace.qes,
            .verifyPin = said.features.verifyPin != 0,
            .modifyPin = said.features.modifyPin != 0,
            .extendedLength = said.extendedLength};
}

class ReaderWatch::Impl
{
public:
    explicit Impl(std::function<void(const ReaderList&)> handler)
        : handler_(std::make_shared<std::function<void(const ReaderList&)>>(std::move(handler))), watching_(start(scheduler_, watch()))
    {
    }

private:
    Task<Done> watch()
    {
        for (;;)
        {
            co_await readers_.changed();
            ReaderList list{.service = readers_.picture()->service, .readers = {}};
            for (const auto& [name, state] : readers_.picture()->readers)
                list.readers.push_back({name, state.card, state.mute, state.exclusive, lastOf(name), state.insertion});
            scheduler_.post([handler = handler_, list = std::move(list)] { (*handler)(list); }); // may destroy this coroutine
        }
    }

    std::shared_ptr<std::function<void(const ReaderList&)>> handler_;
    network::QtScheduler scheduler_;
    card::PcscReaders readers_{scheduler_};
    Pending<Done> watching_;
};

ReaderWatch::ReaderWatch(std::function<void(const ReaderList&)> handler) : impl_(std::make_unique<Impl>(std::move(handler))) {}
ReaderWatch::~ReaderWatch() = default;

class ReaderProbe::Impl
{
public:
    using Handler = std::function<void(const std::optional<ReaderFeatures>&)>;

    Impl(std::string reader, Handler handler) : handler_(std::make_shared<Handler>(std::move(handler))), probing_(start(scheduler_, probe(std::move(reader))))
    {
    }

private:
    Task<Done> probe(std::string reader)
    {
        auto asking = questions_.ask(std::move(reader));
        const auto said = co_await std::move(asking);
        scheduler_.post([handler = handler_, seen = said ? std::optional(featuresOf(*said)) : std::nullopt] { (*handler)(seen); }); // may destroy this coroutine
        co_return Done{};
    }

    std::shared_ptr<Handler> handler_;
    network::QtScheduler scheduler_;
    card::ReaderQuestions questions_{scheduler_};
    Pending<Done> probing_;
};

ReaderProbe::ReaderProbe(std::string reader, std::function<void(const std::optional<ReaderFeatures>&)> handler)
    : impl_(std::make_unique<Impl>(std::move(reader), std::move(handler)))
{
}
ReaderProbe::~ReaderProbe() = default;

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
        auto channel = co_await std::move(connecting);
        if (!channel)
        {
            if (channel.error() != CardFault::Removed) seen.result = LookResult::NotReachable;
            co_return seen;
        }
        card::EidCard eid(std::move(*channel), random_, log_);
        auto recognising = eid.recognise();
        const auto recognised = co_await std::move(recognising);
        if (recognised) describe(eid, seen);
        else if (recognised.error() == CardFault::CommandFailed) seen.result = LookResult::NotReachable;
        else if (recognised.error() != CardFault::Removed) seen.result = LookResult::NoEidCard;
        auto asking = questions_.ask(reader);
        const auto said = co_await std::move(asking);
        if (said) seen.features = featuresOf(*said);
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
    card::ReaderQuestions questions_{scheduler_};
    Pending<Done> looking_;
};

CardLooker::CardLooker(std::string reader, std::function<void(const CardLook&)> handler) : impl_(std::make_unique<Impl>(std::move(reader), std::move(handler)))
{
}
CardLooker::~CardLooker() = default;

bool finishPcsc(std::chrono::milliseconds atMost) { return card::threadsEnded(atMost); }

} // namespace eidkern
