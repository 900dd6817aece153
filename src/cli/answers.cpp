#include "cli/answers.h"

#include "cli/files.h"

namespace eidkern::cli
{

static constexpr std::size_t longestPinLine = 64;

Answers::Answers(Engine& engine, const LoginOptions& options, std::optional<SimulatedCard> card, View& view)
    : engine_(engine), options_(options), card_(std::move(card)), view_(view)
{
    if (options.pinDescriptor >= 0) pin_ = lineOf(options.pinDescriptor, longestPinLine);
}

bool Answers::ready() const
{
    const auto descriptor = options_.pinDescriptor;
    if (descriptor < 0 || pin_) return true;
    return complain("--pin-fd " + std::to_string(descriptor) + ": no line can be read there. Open it for the program, for example --pin-fd 3 3<FILE"), false;
}

void Answers::answer(const RightsAsked& question)
{
    if (options_.consent == Consent::Auto && mayGrantUnasked(question)) return void(engine_.grant(question.id, question.optional));
    if (options_.consent == Consent::Auto) return engine_.cancel();
    const auto choice = question.optional.empty() ? Text::ConsentQuestion : Text::ConsentQuestionOptional;
    prompt_.ask(text(choice, options_.language), false, [this, question](const std::optional<Secret>& line) {
        const auto c = line && !line->empty() ? char(line->text()[0] | 0x20) : 'y';
        if (!line || c == 'n') return engine_.cancel();
        if (c == 'r' || c == 'e') return void(engine_.grant(question.id, {}));
        engine_.grant(question.id, question.optional);
    });
}

bool Answers::mayGrantUnasked(const RightsAsked& question) const
{
    if (card_ || (options_.automatic && options_.automatic->mayAnswer(question.service))) return true;
    complain("nothing is read for " + question.service.url + ": a real card answers unasked only to the services named with --for");
    return false;
}

void Answers::answer(const PasswordAsked& question)
{
    if (question.password == Password::Pin && options_.pinDescriptor >= 0) return useGivenPin(question);
    if (options_.consent == Consent::Auto) return useOwnPassword(question);
    if (question.password == Password::Pin && card_)
        view_.say("(" + std::string(text(Text::PinHint, options_.language)) + " " + std::string(card_->pin()) + ")");
    ask(question);
}

void Answers::withdraw()
{
    if (prompt_.isOpen()) view_.say("");
    prompt_.stop();
}

void Answers::ask(const PasswordAsked& question)
{
    const auto which = question.password == Password::Can ? Text::AskCan : question.password == Password::Puk ? Text::AskPuk : Text::AskPin;
    prompt_.ask(text(which, options_.language), true, [this, question](std::optional<Secret> line) {
        if (!line) return engine_.cancel();
        if (engine_.enter(question.id, std::move(*line)) != AnswerResult::Malformed) return;
        view_.say(std::string(text(Text::Malformed, options_.language)) + (question.password == Password::Puk ? " 10." : " 6."));
        ask(question);
    });
}

void Answers::useGivenPin(const PasswordAsked& question) // a PIN that was wrong is not tried again, also not in a later login
{
    if (pin_ && !question.wrongBefore && engine_.enter(question.id, pin_->clone()) == AnswerResult::Accepted) return;
    complain(question.wrongBefore ? "the PIN of --pin-fd is wrong"
                                  : "--pin-fd: one line with the six digits of the PIN is needed; a PIN that was wrong is not tried again");
    pin_.reset();
    engine_.cancel();
}

void Answers::useOwnPassword(const PasswordAsked& question)
{
    auto given = options_.automatic ? options_.automatic->take(question) : std::nullopt;
    if (given && engine_.enter(question.id, std::move(*given)) == AnswerResult::Accepted) return;
    if (!card_) return engine_.cancel(); // a real one has no password that we know
    const auto own = question.password == Password::Can ? card_->can() : question.password == Password::Puk ? card_->puk() : card_->pin();
    if (question.wrongBefore || engine_.enter(question.id, Secret(own)) != AnswerResult::Accepted) engine_.cancel();
}

} // namespace eidkern::cli
