// PACE from the card's side: MSE:Set AT and the four GENERAL AUTHENTICATE steps (TR-03110-3 B.11.1).
#pragma once
#include "card/pace.h"
#include "card/simulator/pin_objects.h"
#include "card/simulator/session.h"
#include "core/random.h"

namespace eidkern::card
{

class CardPace
{
public:
    CardPace(PaceInfo info, PinObjects& passwords, Random& random) : info_(std::move(info)), passwords_(passwords), random_(random) {}

    ResponseApdu setPassword(const CommandApdu& command);
    bool expectsStep() const { return step_ != 0; }
    void abort() { step_ = 0; }

    // `trustPoints`: their holder references, current one first. On success the session gets its proof and its next keys.
    ResponseApdu step(const CommandApdu& command, const std::vector<std::string>& trustPoints, Session& session);

private:
    ResponseApdu sendNonce();
    ResponseApdu map(ByteView terminalPoint);
    ResponseApdu agreeOn(ByteView terminalPoint);
    ResponseApdu finish(ByteView terminalToken, const std::vector<std::string>& trustPoints, Session& session);

    const PaceInfo info_;
    PinObjects& passwords_;
    Random& random_;
    int step_ = 0; // 1..4: the one that comes next; 0: none
    PasswordId password_ = PasswordId::Pin;
    std::optional<Chat> chat_;
    Secret nonce_;
    std::optional<Curve> mapped_;
    Bytes ephemeralPoint_;
    std::optional<PaceKeys> keys_;
};

} // namespace eidkern::card
