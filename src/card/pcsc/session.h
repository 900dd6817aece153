// One connection to the card in one reader, with a context of its own. Every call may block, for minutes if another program
// holds the card: it lives on the one thread that uses it (pcsc-lite freezes the process if two threads share a context).
#pragma once
#include <stop_token>
#include <string>

#include <winscard.h>

#include "card/pcsc/reader_properties.h"
#include "core/bytes.h"
#include "core/card_values.h"

namespace eidkern::card
{

class PcscSession
{
public:
    PcscSession() = default;
    ~PcscSession(); // gives the card back; it is reset if it was claimed, so that no secure channel survives, and if it has stopped to answer:
                    // one that was away for a moment has no power, which pcscd may not have seen
    PcscSession(const PcscSession&) = delete;

    // Shared, T=0 or T=1. Waits up to 10 s for a program that has the card for itself; a card that does not respond is
    // tried three times. `stop` ends the waiting between the tries.
    CardResult<Done> open(const std::string& reader, const std::stop_token& stop);

    // Instead of open(), for the reader alone: no card is needed, powered or disturbed.
    CardResult<Done> openReader(const std::string& reader, const std::stop_token& stop);

    const ReaderProperties& properties() const { return properties_; } // of the reader that was opened

    // The bytes that came, at least one. `claimed`: within a transaction, which is begun if it is not held yet, and never sent
    // twice. Otherwise it is sent again once after a foreign reset, a loss of power or a failed transmission. A reader that only
    // passes on short APDUs is not shown an extended one: 6700. Removed: also a card that has stopped to answer. After a fault
    // the channel of a claimed card is lost.
    CardResult<Bytes> transmit(ByteView apdu, bool claimed, const std::stop_token& stop);

    // PACE at the reader's pad, its end, and a new PIN between them; claims the card. They take as long as the person does, and nothing can end them
    // from here. Removed: also a card that is not the one that was opened any more, or that was lost during it, whatever the reader calls that;
    // else as PinPad says.
    CardResult<PaceOutput> establishPace(const PaceInput& input);
    CardResult<Done> changePin(); // CommandFailed: the reader cannot
    CardResult<Done> endPace();   // a reader that cannot end it: the card is reset, and stays ours

    LONG result() const { return result_; } // of PC/SC, for the latest of these operations

private:
    CardResult<Done> open(const std::string& reader, DWORD share, DWORD protocols, const std::stop_token& stop);
    LONG connect(const std::string& reader, DWORD share, DWORD protocols, const std::stop_token& stop);
    LONG ask(const std::stop_token& stop);
    LONG begin();
    LONG beginWithSameCard();
    CardResult<Bytes> atPad(std::uint32_t code, ByteView request);
    LONG reconnect();
    LONG exchange(ByteView apdu, Bytes& answer);
    CardFault whyFailed(LONG result);
    bool isSilent();
    CardFault failed(LONG result);

    SCARDCONTEXT context_ = 0;
    SCARDHANDLE card_ = 0;
    DWORD protocol_ = 0;
    LONG result_ = SCARD_S_SUCCESS;
    bool open_ = false, claimed_ = false, silent_ = false;
    ReaderProperties properties_;
};

} // namespace eidkern::card
