// A reader for simulated cards: cards can be put on and taken off at any time, also at a chosen APDU, and a chosen APDU can be
// answered with chosen bytes. Answers are posted to the scheduler. The reader may die before the channel that it handed out.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "card/channel.h"
#include "card/simulator/simulated_card.h"
#include "card/simulator/simulated_pad.h"
#include "core/clock.h"

namespace eidkern::card
{

class SimulatedReader
{
public:
    SimulatedReader(Scheduler& scheduler, std::string name, std::unique_ptr<SimulatedCard> card = {}); // with a card: it is inserted
    ~SimulatedReader();                                                                                // takes the card away

    void insert();                                    // the card that was removed comes back
    void insert(std::unique_ptr<SimulatedCard> card); // another one
    void insert(std::function<std::unique_ptr<SimulatedCard>()> make); // another one, not made before it is needed: that takes some milliseconds
    void remove();                                    // power is lost
    bool hasCard() const;
    const SimulatedCard* made() const;                // null: nobody has needed it yet
    SimulatedCard* card() const;                      // also while it is off the reader; null: there never was one
    Pending<Done> inserted() const;                   // once: a card is there, or comes

    std::unique_ptr<Channel> connect(); // null without a card, while the channel of an earlier call lives, or while its pad waits
    void fit(std::shared_ptr<SimulatedPad> pad); // for later channels; null takes it off. What it was doing ends with it

    // Scripts. The APDUs of a channel count from 0, those that the pad sends among them.
    using Hook = std::function<std::optional<CardResult<Bytes>>(int n, ByteView apdu)>; // nothing: the card answers itself
    void answerWith(Hook hook);
    void removeAtApdu(int n); // instead of answering it; once
    void follow(const CardScript& script, Clock& clock); // `clock`: for the delay; outlives the card's presence

    struct State;

private:
    std::shared_ptr<State> state_;
};

} // namespace eidkern::card
