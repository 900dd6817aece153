#include "card/simulator/command_chain.h"

#include <utility>

#include "card/instructions.h"

namespace eidkern::card
{

static constexpr std::size_t mostChained = 4096;

static bool sameHeader(const CommandApdu& a, const CommandApdu& b) { return a.cla == b.cla && a.ins == b.ins && a.p1 == b.p1 && a.p2 == b.p2; }

tl::expected<CommandApdu, std::uint16_t> CommandChain::take(CommandApdu part)
{
    const bool more = part.cla & chaining;
    part.cla &= std::uint8_t(~chaining);
    auto before = std::exchange(begun_, {});
    if (before && !sameHeader(*before, part)) return tl::unexpected<std::uint16_t>(0x6883);
    if (before) part.data = concat({before->data, part.data});
    if (part.data.size() > mostChained && (more || before)) return tl::unexpected<std::uint16_t>(0x6700);
    if (!more) return part;
    begun_ = std::move(part);
    return tl::unexpected<std::uint16_t>(0x9000);
}

} // namespace eidkern::card
