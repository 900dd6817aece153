// Offers a simulated card to pcscd, so that every program on this machine finds it in a reader: the client's end of
// vsmartcard's wire (2 bytes length, big-endian, and an APDU or one byte: 00 off, 01 on, 02 reset, 04 ATR).
// Lives in the Qt event loop of the thread that made it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "eidkern/cards.h"
#include "eidkern/export.h"

namespace eidkern
{

class EIDKERN_API VpcdCard
{
public:
    static constexpr auto defaultAddress = "127.0.0.1:35963"; // where vsmartcard-vpcd listens for the first slot

    // `address`: HOST:PORT, or the path of a Unix socket. Connecting puts the card on the reader; tried again every half second,
    // also when the connection is lost. `handler` is told when the card is put on and when it is off; it must not destroy this object. Null: no such address.
    // While it lives, `card` belongs on no engine's reader.
    static std::unique_ptr<VpcdCard> offer(SimulatedCard card, const std::string& address, std::function<void(bool on)> handler = {});
    ~VpcdCard(); // takes the card off
    VpcdCard(const VpcdCard&) = delete;

private:
    class EIDKERN_LOCAL Impl;
    explicit VpcdCard(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace eidkern
