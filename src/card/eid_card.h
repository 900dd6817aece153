// The terminal's view of one eID card: recognising it, PACE, terminal and chip authentication, the server's APDUs.
// Each operation is one linear coroutine. One at a time; a dropped Task leaves the card in an unknown state: only destroying
// makes sense then. After a wrong password the next pace() starts afresh.
#pragma once
#include <memory>
#include <optional>

#include "card/channel.h"
#include "card/pace.h"
#include "card/secure_messaging.h"
#include "card/security_infos.h"
#include "core/log.h"
#include "core/random.h"
#include "core/task.h"

namespace eidkern::card
{

class EidCard
{
public:
    EidCard(std::unique_ptr<Channel> channel, Random& random, Log& log);

    Task<CardResult<Done>> recognise(); // EF.DIR, EF.CardAccess, PIN state; Protocol: not an eID card
    const RecognisedCard& about() const { return about_; }
    ByteView efCardAccess() const { return about_.efCardAccess; } // SecurityInfos, once recognised

    Task<CardResult<PaceOutput>> pace(
        PaceInput input); // at the reader's pad if there is one; inside the secure messaging of an earlier one, if there was one (CAN, then PIN)
    Task<CardResult<Done>> unblockPin();                // after pace() with the PUK
    Task<CardResult<Done>> changePin(Secret newPin);    // after pace() with the PIN; at the reader's pad if there is one, then `newPin` is empty
    Task<CardResult<Bytes>> challenge();
    Task<CardResult<EacOutput>> authenticate(EacInput input); // afterwards secure messaging is the server's
    Task<CardResult<Bytes>> transmit(Bytes apdu);             // unchanged, and answered unchanged; ends our own secure messaging
    Task<CardResult<ResponseApdu>> send(CommandApdu command); // in parts where it must be; through secure messaging once PACE is done
    Pending<Done> removed() { return channel_->removed(); }

private:
    using Complete = bool (*)(ByteView content);

    Task<CardResult<PaceOutput>> establish(PaceInput input);
    Task<CardResult<PaceOutput>> establishAtReader(PaceInput input);
    Task<CardResult<Done>> terminalAuthentication(const EacInput& input);
    Task<CardResult<Done>> chipAuthentication(const EacInput& input, EacOutput& output);

    Task<CardResult<Bytes>> readObject(std::uint8_t shortId);                 // the file's one TLV, without the filling behind it
    Task<CardResult<Bytes>> readFile(std::uint8_t shortId, Complete complete); // 32 KiB at most
    Task<CardResult<Done>> refreshPinState();                     // outside secure messaging, which ends
    Task<CardResult<Bytes>> command(CommandApdu command);         // send(), and 9000 is the only good status
    Task<CardResult<ResponseApdu>> sendWhole(CommandApdu command);
    Task<CardResult<Bytes>> exchange(Bytes apdu);                 // raw

    std::unique_ptr<Channel> channel_;
    Random& random_;
    Log& log_;
    RecognisedCard about_;
    std::optional<PaceInfo> paceInfo_;
    std::optional<SecureMessaging> session_;
    bool securedByReader_ = false; // instead of session_
    bool extendedLength_ = true; // until the first read of a file is refused for its length: from then on only short APDUs
};

} // namespace eidkern::card
