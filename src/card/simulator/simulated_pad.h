// The pad of a simulated reader: the terminal's side of PACE inside the reader, with the passwords of a person who follows a
// script. What it computes is EidCard's, and real. It sits between the host and any other channel.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "card/channel.h"
#include "card/simulator/persona.h"
#include "core/clock.h"
#include "core/random.h"

namespace eidkern::card
{

class SimulatedPad : public std::enable_shared_from_this<SimulatedPad>
{
public:
    static constexpr std::chrono::seconds patience{60}; // for one entry, unless it has none
    static constexpr std::string_view newPin = "271828"; // that the holder chooses when the PIN is changed there

    // `holder`: whose passwords are typed. `deeds`: at each entry the next one, then always Right. For a new PIN, which is typed
    // twice, Wrong are two different ones.
    SimulatedPad(const Persona& holder, std::vector<AtPad> deeds, Scheduler& scheduler, Clock& clock, Random& random);
    ~SimulatedPad(); // an entry ends with Removed

    std::unique_ptr<Channel> connect(std::unique_ptr<Channel> card); // a channel with a pad
    bool waits() const { return cancel_ && cancel_->wanted(); }      // for the person
    const Bytes& shown() const { return shown_; }                    // the certificate description, on its display
    void cancel();                                                   // the person does, who did nothing yet
    void becomePeer() { isPeer_ = true; }                            // it is the screen of another device, whose person changes PINs
    void hasNoTimeLimit() { timeLimit_ = false; }
    void whenItWaits(std::function<void()> cue) { cue_ = std::move(cue); } // each time when the person does nothing; it posts what it does

private:
    struct Inside;
    class PadChannel;

    Task<Done> enter(std::shared_ptr<Inside> inside, PaceInput input);
    Task<Done> enterNewPin(std::shared_ptr<Inside> inside);
    Task<CardResult<Done>> changePin(Inside& inside);
    bool isBusy() const { return running_ && !running_->ready(); }
    Task<CardResult<PaceOutput>> establish(Inside& inside, PaceInput input);
    Task<CardResult<Secret>> typed(Inside& inside, PasswordId password);
    Task<CardFault> nothing(Inside& inside);

    Secret pin_;
    const Secret can_, puk_;
    bool isPeer_ = false, timeLimit_ = true;
    const std::vector<AtPad> deeds_;
    std::size_t next_ = 0;
    Bytes shown_;
    Scheduler& scheduler_;
    Clock& clock_;
    Random& random_;
    std::function<void()> cue_ = [] {};
    std::optional<Promise<Done>> cancel_;
    std::optional<Promise<CardResult<PaceOutput>>> answer_; // to the host, which may have gone
    std::optional<Promise<CardResult<Done>>> changed_;      // the same
    std::optional<Pending<Done>> running_; // the entry; it holds the card, also when the host has gone
};

} // namespace eidkern::card
