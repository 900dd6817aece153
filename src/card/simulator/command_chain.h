// Command chaining from the card's side (ISO 7816-4 5.3.3): commands with one header, whose data belong together; all but the last
// carry the chaining bit in their class. Any other command ends a chain.
#pragma once
#include <tl/expected.hpp>

#include "card/apdu.h"

namespace eidkern::card
{

class CommandChain
{
public:
    // What is to be executed: the command itself, or the whole one once its last part is there, without the chaining bit. Else the
    // answer to this part: 9000 (go on), 6883 (a part of the chain was due; the chain is forgotten), 6700 (more than 4 KiB).
    tl::expected<CommandApdu, std::uint16_t> take(CommandApdu part);
    void abort() { begun_.reset(); }

private:
    std::optional<CommandApdu> begun_;
};

} // namespace eidkern::card
