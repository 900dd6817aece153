#include "card/simulator/simulated_pad.h"

#include "card/eid_card.h"
#include "card/faults.h"
#include "card/instructions.h"

namespace eidkern::card
{

namespace
{

class NoLog final : public Log // nobody reads along inside a reader
{
    void write(std::string_view, std::initializer_list<LogField>) override {}
};

bool isProtected(ByteView apdu) { return !apdu.empty() && (apdu[0] & 0x0C) == 0x0C; }

} // namespace

struct SimulatedPad::Inside // the reader's own end, one for each time that the card is connected
{
    Inside(std::unique_ptr<Channel> card, Random& random) : terminal(std::move(card), random, log) {}

    NoLog log;
    EidCard terminal;
    bool recognised = false, secured = false;
};

class SimulatedPad::PadChannel final : public Channel, public PinPad
{
public:
    PadChannel(std::weak_ptr<SimulatedPad> pad, std::shared_ptr<Inside> inside, Scheduler& scheduler)
        : pad_(std::move(pad)), inside_(std::move(inside)), scheduler_(scheduler)
    {
    }

    std::string reader() const override { return inside_->terminal.about().reader; }
    Pending<Done> removed() override { return inside_->terminal.removed(); }
    PinPad* pad() override { return this; }
    Pending<CardResult<Bytes>> transmit(Bytes apdu) override { return start(scheduler_, pass(inside_, std::move(apdu))); }
    Pending<CardResult<Done>> endPace() override { return start(scheduler_, end(inside_)); }

    Pending<CardResult<PaceOutput>> establishPace(PaceInput input) override
    {
        const auto pad = pad_.lock();
        if (!pad || pad->isBusy()) return ready<CardResult<PaceOutput>>(scheduler_, fault(pad ? CardFault::CommandFailed : CardFault::Removed));
        Pending<CardResult<PaceOutput>> answer(scheduler_);
        pad->answer_ = answer.promise();
        pad->running_ = start(scheduler_, pad->enter(inside_, std::move(input)));
        return answer;
    }

    Pending<CardResult<Done>> changePin() override
    {
        const auto pad = pad_.lock();
        if (!pad || pad->isBusy()) return ready<CardResult<Done>>(scheduler_, fault(pad ? CardFault::CommandFailed : CardFault::Removed));
        Pending<CardResult<Done>> answer(scheduler_);
        pad->changed_ = answer.promise();
        pad->running_ = start(scheduler_, pad->enterNewPin(inside_));
        return answer;
    }

private:
    static Task<CardResult<Bytes>> pass(std::shared_ptr<Inside> inside, Bytes apdu)
    {
        auto command = inside->secured && !isProtected(apdu) ? parseCommand(apdu) : std::nullopt;
        if (command)
        {
            auto sending = inside->terminal.send(std::move(*command));
            const auto response = co_await std::move(sending);
            if (!response) co_return fault(response.error());
            co_return encode(*response);
        }
        inside->secured = false;
        auto sending = inside->terminal.transmit(std::move(apdu));
        co_return co_await std::move(sending);
    }

    static Task<CardResult<Done>> end(std::shared_ptr<Inside> inside)
    {
        if (!std::exchange(inside->secured, false)) co_return Done{};
        auto sending = inside->terminal.transmit(encode(setPace({}))); // in plain and refused: that ends the card's session
        const auto ended = co_await std::move(sending);
        if (!ended) co_return fault(ended.error());
        co_return Done{};
    }

    std::weak_ptr<SimulatedPad> pad_;
    std::shared_ptr<Inside> inside_;
    Scheduler& scheduler_;
};

SimulatedPad::SimulatedPad(const Persona& holder, std::vector<AtPad> deeds, Scheduler& scheduler, Clock& clock, Random& random)
    : pin_(holder.pin.clone()), can_(holder.can.clone()), puk_(holder.puk.clone()), deeds_(std::move(deeds)), scheduler_(scheduler), clock_(clock),
      random_(random)
{
}

SimulatedPad::~SimulatedPad()
{
    if (answer_) answer_->set(fault(CardFault::Removed));
    if (changed_) changed_->set(fault(CardFault::Removed));
}

std::unique_ptr<Channel> SimulatedPad::connect(std::unique_ptr<Channel> card)
{
    return std::make_unique<PadChannel>(weak_from_this(), std::make_shared<Inside>(std::move(card), random_), scheduler_);
}

void SimulatedPad::cancel()
{
    if (cancel_) cancel_->set(Done{});
}

Task<Done> SimulatedPad::enter(std::shared_ptr<Inside> inside, PaceInput input)
{
    auto establishing = establish(*inside, std::move(input));
    auto established = co_await std::move(establishing);
    answer_->set(std::move(established));
    co_return Done{};
}

Task<CardResult<PaceOutput>> SimulatedPad::establish(Inside& inside, PaceInput input)
{
    if (!inside.recognised)
    {
        auto recognising = inside.terminal.recognise();
        const auto recognised = co_await std::move(recognising);
        if (!recognised) co_return fault(recognised.error());
        inside.recognised = true;
    }
    shown_ = input.certificateDescription;
    auto typing = typed(inside, input.password);
    auto secret = co_await std::move(typing);
    if (!secret) co_return fault(secret.error());
    input.secret = std::move(*secret);

    auto establishing = inside.terminal.pace(std::move(input));
    auto established = co_await std::move(establishing);
    inside.secured = established.has_value();
    co_return established;
}

static Secret mistyped(const Secret& right)
{
    std::string digits(right.text());
    digits.back() = digits.back() == '9' ? '0' : char(digits.back() + 1);
    return Secret(digits);
}

Task<CardResult<Secret>> SimulatedPad::typed(Inside& inside, PasswordId password)
{
    const auto* right = password == PasswordId::Pin ? &pin_ : password == PasswordId::Can ? &can_ : password == PasswordId::Puk ? &puk_ : nullptr;
    if (!right) co_return fault(CardFault::CommandFailed); // the MRZ has no place on a pad
    switch (next_ < deeds_.size() ? deeds_[next_++] : AtPad::Right)
    {
        case AtPad::Right: break;
        case AtPad::Short: // no reader sends that to the card
        case AtPad::Wrong: co_return mistyped(*right);
        case AtPad::Cancel: co_return fault(CardFault::CancelledAtReader);
        case AtPad::Nothing:
        {
            auto waiting = nothing(inside);
            const auto end = co_await std::move(waiting);
            co_return fault(end);
        }
    }
    co_return right->clone();
}

Task<Done> SimulatedPad::enterNewPin(std::shared_ptr<Inside> inside)
{
    auto changing = changePin(*inside);
    const auto changed = co_await std::move(changing);
    changed_->set(changed);
    co_return Done{};
}

Task<CardResult<Done>> SimulatedPad::changePin(Inside& inside)
{
    if (!inside.secured) co_return fault(CardFault::Protocol);
    switch (next_ < deeds_.size() ? deeds_[next_++] : AtPad::Right)
    {
        case AtPad::Right: break;
        case AtPad::Wrong: co_return fault(isPeer_ ? CardFault::NewPinsDifferAtPeer : CardFault::NewPinsDiffer);
        case AtPad::Short: co_return fault(CardFault::NewPinLength);
        case AtPad::Cancel: co_return fault(isPeer_ ? CardFault::CancelledAtPeer : CardFault::CancelledAtReader);
        case AtPad::Nothing:
        {
            auto waiting = nothing(inside);
            const auto end = co_await std::move(waiting);
            co_return fault(end);
        }
    }
    auto changing = inside.terminal.changePin(Secret(newPin));
    auto changed = co_await std::move(changing);
    if (changed) pin_ = Secret(newPin);
    co_return changed;
}

Task<CardFault> SimulatedPad::nothing(Inside& inside)
{
    const Pending<Done> cancelled(scheduler_);
    cancel_ = cancelled.promise();
    const auto late = timeLimit_ ? clock_.after(patience) : Pending<Done>(scheduler_), gone = inside.terminal.removed();
    cue_();
    switch (co_await firstOf(cancelled, late, gone))
    {
        case 0: co_return CardFault::CancelledAtReader;
        case 1: co_return CardFault::EntryTimedOut;
        default: co_return CardFault::Removed;
    }
}

} // namespace eidkern::card
