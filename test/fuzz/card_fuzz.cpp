// libFuzzer: a reader whose card answers any bytes, to the terminal's whole dialogue with a card: recognition, PACE with CAN
// and PIN, challenge, terminal and chip authentication. Whatever comes, it ends, and within the bounds.
// Input: answers one after the other, each a big-endian length of two bytes and the bytes; then the card is gone.
#include <optional>

#include "card/eid_card.h"
#include "fuzz.h"
#include "support/eac_chain.h"
#include "support/pumped_scheduler.h"
#include "support/recording_log.h"
#include "support/seeded_random.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

class FedChannel final : public card::Channel
{
public:
    FedChannel(Scheduler& scheduler, ByteView feed) : scheduler_(scheduler), feed_(feed) {}
    std::string reader() const override { return "fuzz"; }
    Pending<Done> removed() override { return Pending<Done>(scheduler_); }
    Pending<CardResult<Bytes>> transmit(Bytes) override
    {
        must(++apdus_ <= 4096); // more than the dialogue can need
        return ready<CardResult<Bytes>>(scheduler_, next());
    }

private:
    CardResult<Bytes> next()
    {
        if (feed_.size() < 2) return tl::unexpected(CardFault::Removed);
        const auto length = std::min<std::size_t>(std::size_t(feed_[0]) << 8 | feed_[1], feed_.size() - 2);
        auto answer = toBytes(feed_.subspan(2, length));
        feed_ = feed_.subspan(2 + length);
        return answer;
    }

    Scheduler& scheduler_;
    ByteView feed_;
    int apdus_ = 0;
};

const EacChain& chain()
{
    static const auto made = [] {
        SeededRandom random(1);
        return makeEacChain(random);
    }();
    return made;
}

template<typename T>
T mustEnd(PumpedScheduler& scheduler, Task<T> task)
{
    auto result = complete(scheduler, std::move(task));
    must(result.has_value());
    return std::move(*result);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    PumpedScheduler scheduler;
    SeededRandom random(7);
    RecordingLog log;
    card::EidCard eid(std::make_unique<FedChannel>(scheduler, ByteView(data, size)), random, log);
    if (!mustEnd(scheduler, eid.recognise())) return 0;
    (void)mustEnd(scheduler, eid.pace({PasswordId::Can, Secret("500540"), {}}));
    (void)mustEnd(scheduler, eid.pace({PasswordId::Pin, Secret("123456"), Chat::forTerminal(everyRight())}));
    (void)mustEnd(scheduler, eid.unblockPin());
    (void)mustEnd(scheduler, eid.challenge());
    (void)mustEnd(scheduler, eid.authenticate({chain().forCard(), {}, chain().dvKey.point, Bytes(64, 1)}));
    (void)mustEnd(scheduler, eid.transmit(Bytes{0x00, 0xB0, 0x81, 0x00, 0x00}));
    return 0;
}
