#include "card/pcsc/session.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "card/apdu.h"
#include "card/faults.h"
#include "card/pcsc/codes.h"
#include "card/pcsc/control.h"
#include "card/pcsc/modify_pin.h"

namespace eidkern::card
{

using namespace std::chrono_literals;

static constexpr DWORD protocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
static constexpr auto busyPause = 100ms;
static constexpr int busyTries = 100, // together 10 s
    responseTries = 3;

static void pause(std::chrono::milliseconds time, const std::stop_token& stop)
{
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
}

PcscSession::~PcscSession()
{
    // before the transaction ends: who waits for it would find the card in our channel, and then be reset in its own
    const bool reset = claimed_ && SCardEndTransaction(card_, SCARD_RESET_CARD) == SCARD_S_SUCCESS;
    if (open_) SCardDisconnect(card_, !reset && (claimed_ || silent_) ? SCARD_RESET_CARD : SCARD_LEAVE_CARD);
    if (context_) SCardReleaseContext(context_);
}

CardResult<Done> PcscSession::open(const std::string& reader, const std::stop_token& stop) { return open(reader, SCARD_SHARE_SHARED, protocols, stop); }

CardResult<Done> PcscSession::openReader(const std::string& reader, const std::stop_token& stop)
{
    return open(reader, SCARD_SHARE_DIRECT, SCARD_PROTOCOL_UNDEFINED, stop);
}

CardResult<Done> PcscSession::open(const std::string& reader, DWORD share, DWORD wanted, const std::stop_token& stop)
{
    LONG result = SCardEstablishContext(SCARD_SCOPE_USER, nullptr, nullptr, &context_);
    if (result == SCARD_S_SUCCESS) result = connect(reader, share, wanted, stop);
    if (result != SCARD_S_SUCCESS) return fault(failed(result));
    open_ = true;
    if (const LONG asked = ask(stop); asked != SCARD_S_SUCCESS) return fault(failed(asked));
    result_ = result;
    return Done{};
}

LONG PcscSession::connect(const std::string& reader, DWORD share, DWORD wanted, const std::stop_token& stop)
{
    for (int busy = 0, silent = 0;;)
    {
        const LONG result = SCardConnect(context_, reader.c_str(), share, wanted, &card_, &protocol_);
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

// While another program is in a transaction the reader answers nobody else: that is no reason to take it for one without features.
LONG PcscSession::ask(const std::stop_token& stop)
{
    for (int busy = 0;;)
    {
        const LONG result = askReader(card_, properties_);
        if (result == SCARD_S_SUCCESS || ++busy == busyTries) return result;
        pause(busyPause, stop);
        if (stop.stop_requested()) return SCARD_E_CANCELLED;
    }
}

CardResult<Bytes> PcscSession::transmit(ByteView apdu, bool claimed, const std::stop_token& stop)
{
    if (!properties_.extendedLength && isExtended(apdu)) return Bytes{0x67, 0x00};
    if (claimed && !claimed_)
        if (const LONG begun = begin(); begun != SCARD_S_SUCCESS) return fault(failed(begun));

    Bytes answer;
    bool again = !claimed;
    for (int busy = 0;;)
    {
        LONG result = exchange(apdu, answer);
        if (result == SCARD_S_SUCCESS && answer.empty()) result = SCARD_E_NOT_TRANSACTED;
        result_ = result;
        if (result == SCARD_S_SUCCESS) return answer;
        const bool lost = is(result, SCARD_W_RESET_CARD) || is(result, SCARD_E_PROTO_MISMATCH);
        if (is(result, SCARD_E_SHARING_VIOLATION) && ++busy < busyTries && !stop.stop_requested()) pause(busyPause, stop); // not sent
        else if ((lost || is(result, SCARD_E_NOT_TRANSACTED)) && std::exchange(again, false))
        {
            if (const LONG cured = lost ? reconnect() : SCARD_S_SUCCESS; cured != SCARD_S_SUCCESS) return fault(failed(cured));
        }
        else return fault(whyFailed(result));
    }
}

// pcscd lets a control through to whatever card there is now. But it looks at each new transaction, also at one within ours,
// whether the card is still the one of this connection; no APDU is sent for that.
LONG PcscSession::beginWithSameCard()
{
    if (!claimed_) return begin();
    const LONG result = SCardBeginTransaction(card_);
    if (result == SCARD_S_SUCCESS) SCardEndTransaction(card_, SCARD_LEAVE_CARD);
    return result;
}

CardResult<PaceOutput> PcscSession::establishPace(const PaceInput& input)
{
    const auto request = execute_pace::establish(input);
    if (!request) return fault(CardFault::WrongLength);
    const auto answer = atPad(properties_.features.executePace, *request);
    if (!answer) return fault(answer.error());
    auto output = execute_pace::parseEstablished(*answer, input.password, input.chat.has_value());
    if (!output && output.error() == CardFault::CommandFailed && isSilent()) return fault(CardFault::Removed);
    return output;
}

static bool isOfEntry(CardFault fault) // the person's: the card has not been sent anything
{
    return fault == CardFault::EntryTimedOut || fault == CardFault::CancelledAtReader || fault == CardFault::NewPinsDiffer || fault == CardFault::NewPinLength;
}

CardResult<Done> PcscSession::changePin()
{
    if (!properties_.features.modifyPin) return fault(CardFault::CommandFailed);
    const auto answer = atPad(properties_.features.modifyPin, modify_pin::request());
    if (!answer) return fault(answer.error());
    const auto changed = modify_pin::parseAnswer(*answer);
    if (!changed && !isOfEntry(changed.error()) && isSilent()) return fault(CardFault::Removed);
    return changed;
}

CardResult<Bytes> PcscSession::atPad(std::uint32_t code, ByteView request)
{
    if (const LONG begun = beginWithSameCard(); begun != SCARD_S_SUCCESS) return fault(failed(begun));
    Bytes answer;
    result_ = control(card_, code, request, answer);
    if (is(result_, SCARD_W_CANCELLED_BY_USER)) return fault(CardFault::CancelledAtReader);
    if (result_ != SCARD_S_SUCCESS) return fault(whyFailed(result_));
    return answer;
}

CardResult<Done> PcscSession::endPace()
{
    Bytes answer;
    result_ = control(card_, properties_.features.executePace, execute_pace::destroy(), answer);
    if (result_ == SCARD_S_SUCCESS && execute_pace::isDone(answer)) return Done{};
    result_ = reconnect();
    if (result_ != SCARD_S_SUCCESS) return fault(failed(result_));
    return Done{};
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

// A card that is lifted off while it computes fails with results that say nothing of it, and pcscd itself may notice only 400 ms
// later. So it is asked for something harmless, without waiting: no answer again, and it counts as gone.
CardFault PcscSession::whyFailed(LONG result)
{
    const auto known = faultOfScard(result);
    if (known == CardFault::Removed || known == CardFault::WrongLength || is(result, SCARD_W_RESET_CARD)) return known;
    return isSilent() ? CardFault::Removed : known;
}

bool PcscSession::isSilent()
{
    static constexpr std::uint8_t selectMasterFile[] = {0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00};
    Bytes answer;
    const LONG asked = exchange(selectMasterFile, answer);
    silent_ = is(asked, SCARD_E_NOT_TRANSACTED) || (asked == SCARD_S_SUCCESS && answer.empty());
    return silent_ || (asked != SCARD_S_SUCCESS && faultOfScard(asked) == CardFault::Removed);
}

} // namespace eidkern::card
