#include "card/pcsc/session.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "card/apdu.h"
#include "card/faults.h"
#include "card/pcsc/codes.h"
#include "card/pcsc/reader_properties.h"

namespace eidkern::card
{

using namespace std::chrono_literals;

static constexpr DWORD protocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
static constexpr auto busyPause = 100ms;
static constexpr int busyTries = 100, // together 10 s
    responseTries = 3;

static bool is(LONG result, LONG code) { return std::uint32_t(result) == std::uint32_t(code); }

static void pause(std::chrono::milliseconds time, const std::stop_token& stop)
{
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
}

PcscSession::~PcscSession()
{
    if (claimed_) SCardEndTransaction(card_, SCARD_LEAVE_CARD);
    if (open_) SCardDisconnect(card_, claimed_ ? SCARD_RESET_CARD : SCARD_LEAVE_CARD);
    if (context_) SCardReleaseContext(context_);
}

CardResult<Done> PcscSession::open(const std::string& reader, const std::stop_token& stop)
{
    LONG result = SCardEstablishContext(SCARD_SCOPE_USER, nullptr, nullptr, &context_);
    if (result == SCARD_S_SUCCESS) result = connect(reader, stop);
    if (result != SCARD_S_SUCCESS) return fault(failed(result));
    result_ = result;
    open_ = true;
    shortOnly_ = !passesExtendedLength(card_);
    return Done{};
}

LONG PcscSession::connect(const std::string& reader, const std::stop_token& stop)
{
    for (int busy = 0, silent = 0;;)
    {
        const LONG result = SCardConnect(context_, reader.c_str(), SCARD_SHARE_SHARED, protocols, &card_, &protocol_);
        if (is(result, SCARD_E_SHARING_VIOLATION) && ++busy < busyTries) pause(busyPause, stop);
        else if (is(result, SCARD_W_UNPOWERED_CARD) || is(result, SCARD_W_UNRESPONSIVE_CARD) || is(result, SCARD_E_NOT_READY))
        {
            if (++silent == responseTries) return SCARD_W_UNRESPONSIVE_CARD;
            pause(2 * busyPause, stop);
        }
        else return result;
        if (stop.stop_requested()) return SCARD_E_CANCELLED;
    }
}

CardResult<Bytes> PcscSession::transmit(ByteView apdu, bool claimed, const std::stop_token& stop)
{
    if (shortOnly_ && isExtended(apdu)) return Bytes{0x67, 0x00};
    if (claimed && !claimed_)
        if (const LONG begun = begin(); begun != SCARD_S_SUCCESS) return fault(failed(begun));

    Bytes answer;
    bool again = !claimed;
    for (int busy = 0;;)
    {
        const LONG result = exchange(apdu, answer);
        result_ = result == SCARD_S_SUCCESS && answer.empty() ? SCARD_E_NOT_TRANSACTED : result;
        if (result == SCARD_S_SUCCESS && !answer.empty()) return answer;
        if (result == SCARD_S_SUCCESS) return fault(whyFailed(SCARD_E_NOT_TRANSACTED, stop)); // what a daemon says that is killed meanwhile
        if (is(result, SCARD_E_SHARING_VIOLATION) && ++busy < busyTries && !stop.stop_requested()) pause(busyPause, stop); // not sent
        else
        {
            const auto why = whyFailed(result, stop);
            const bool lost = is(result, SCARD_W_RESET_CARD) || is(result, SCARD_W_UNPOWERED_CARD);
            if (why == CardFault::Removed || !std::exchange(again, false) || (!lost && !is(result, SCARD_E_NOT_TRANSACTED))) return fault(why);
            if (const LONG cured = lost ? reconnect() : SCARD_S_SUCCESS; cured != SCARD_S_SUCCESS) return fault(failed(cured));
        }
    }
}

CardFault PcscSession::failed(LONG result)
{
    result_ = result;
    return faultOfScard(result);
}

LONG PcscSession::begin()
{
    LONG result = SCardBeginTransaction(card_);
    for (int tries = 0; is(result, SCARD_W_RESET_CARD) && tries < 2; ++tries) // by another program, before us
    {
        result = reconnect();
        if (result == SCARD_S_SUCCESS) result = SCardBeginTransaction(card_);
    }
    claimed_ = result == SCARD_S_SUCCESS;
    return result;
}

LONG PcscSession::reconnect() { return SCardReconnect(card_, SCARD_SHARE_SHARED, protocols, SCARD_RESET_CARD, &protocol_); }

LONG PcscSession::exchange(ByteView apdu, Bytes& answer)
{
    answer.resize(MAX_BUFFER_SIZE_EXTENDED);
    DWORD length = answer.size();
    const auto* request = protocol_ == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    const LONG result = SCardTransmit(card_, request, apdu.data(), apdu.size(), nullptr, answer.data(), &length);
    answer.resize(result == SCARD_S_SUCCESS ? std::min<std::size_t>(length, answer.size()) : 0);
    return result;
}

// A card that is lifted off while it computes fails with NOT_TRANSACTED first; pcscd knows up to 400 ms later that it is gone.
// A daemon that is killed meanwhile leaves other codes behind: whatever is not understood is looked at again.
CardFault PcscSession::whyFailed(LONG result, const std::stop_token& stop)
{
    const bool wasReset = is(result, SCARD_W_RESET_CARD) || is(result, SCARD_W_UNPOWERED_CARD);
    if (faultOfScard(result) != CardFault::CommandFailed || (wasReset && !claimed_)) return faultOfScard(result);
    for (int looks = 0; looks < 10 && !stop.stop_requested(); ++looks)
    {
        DWORD nameLength = 0, state = 0, protocol = 0, atrLength = 0;
        const LONG status = SCardStatus(card_, nullptr, &nameLength, &state, &protocol, nullptr, &atrLength);
        if (status != SCARD_S_SUCCESS && faultOfScard(status) == CardFault::Removed) return CardFault::Removed;
        pause(busyPause / 2, stop);
    }
    return CardFault::CommandFailed;
}

} // namespace eidkern::card
