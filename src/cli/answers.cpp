#include "cli/answers.h"

#include "cli/files.h"
#include "cli/new_pin.h"

namespace eidkern::cli
{

static constexpr std::size_t longestLine = 64;

Answers::Answers(Engine& engine, const LoginOptions& options, std::optional<SimulatedCard> card, View& view)
    : engine_(engine), options_(options), card_(std::move(card)), view_(view), pin_("--pin-fd", options.pinDescriptor), can_("--can-fd", options.canDescriptor),
      puk_("--puk-fd", options.pukDescriptor), newPin_("--new-pin-fd", options.newPinDescriptor)
{
}

Answers::Given::Given(const char* o, int d) : option(o), descriptor(d)
{
    if (d >= 0) line = lineOf(d, longestLine);
}

bool Answers::ready() const
{
    for (const auto* each : {&pin_, &can_, &puk_, &newPin_})
    {
        if (each->descriptor < 0 || each->line) continue;
        complain(std::string(each->option) + " " + std::to_string(each->descriptor) + ": no line can be read there. Open it for the program, for example "
                 + each->option + " 3 3<FILE");
        return false;
    }
    return true;
}

void Answers::answer(const RightsAsked& question)
{
    if (options_.consent == Consent::Auto && mayGrantUnasked(question)) return void(engine_.grant(question.id, question.optional));
    if (options_.consent == Consent::Auto) return engine_.cancel();
    const auto choice = question.optional.empty() ? Text::ConsentQuestion : Text::ConsentQuestionOptional;
    prompt_.ask(t(choice), false, [this, question](const std::optional<Secret>& line) {
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
    if (pinGivenAt_ && question.triesLeft < *pinGivenAt_) forgetPin(); // it was wrong, whatever is asked now
    const bool lastTry = question.password == Password::Pin && question.triesLeft == 1;
    if (lastTry && !card_ && options_.automatic) return giveUp("--automatic: " + t(Text::LastTryNotAutomatic));
    if (lastTry && !options_.lastTry && (options_.consent == Consent::Ask || !card_)) return askForLastTry(question);
    give(question);
}

void Answers::forgetPin()
{
    pin_.line.reset();
    if (options_.automatic) options_.automatic->pin.reset();
    pinGivenAt_.reset();
}

void Answers::askForLastTry(const PasswordAsked& question)
{
    if (!interactive()) return giveUp(t(Text::LastTryNeedsConsent));
    view_.say(t(Text::LastTry));
    confirm(Text::LastTryQuestion, [this, question](bool yes) { yes ? give(question) : engine_.cancel(); });
}

void Answers::give(const PasswordAsked& question)
{
    auto& given = question.password == Password::Can ? can_ : question.password == Password::Puk ? puk_ : pin_;
    if (given.descriptor >= 0) return useGiven(given, question);
    if (options_.consent == Consent::Auto) return useOwnPassword(question);
    if (card_) view_.say("(" + t(Text::OwnHint) + " " + std::string(ownPassword(question.password)) + ")");
    ask(question);
}

void Answers::answer(const NewPinAsked& question)
{
    if (newPin_.descriptor < 0) return askNewPin(question);
    const auto weakness = weaknessOf(*newPin_.line);
    if (weakness && !options_.allowTrivial) return giveUp("--new-pin-fd: " + t(*weakness) + " " + t(Text::AllowTrivial));
    if (engine_.enter(question.id, newPin_.line->clone()) != AnswerResult::Accepted) giveUp("--new-pin-fd: " + t(Text::NewPinLine));
}

void Answers::withdraw()
{
    if (prompt_.isOpen()) view_.say("");
    prompt_.stop();
    typed_.wipe();
}

static Text promptFor(const PasswordAsked& question)
{
    if (question.password == Password::Can) return Text::AskCan;
    if (question.password == Password::Puk) return Text::AskPuk;
    return question.fewestDigits < question.mostDigits ? Text::AskPinOrTransport : Text::AskPin;
}

void Answers::ask(const PasswordAsked& question)
{
    const auto can = question.password == Password::Can, puk = question.password == Password::Puk;
    if (!interactive()) return giveUp(t(Text::NobodyToAsk) + (can ? " --can-fd N" : puk ? " --puk-fd N" : " --pin-fd N"));
    prompt_.ask(t(promptFor(question)), true, [this, question](std::optional<Secret> line) {
        if (!line) return engine_.cancel();
        if (engine_.enter(question.id, std::move(*line)) != AnswerResult::Malformed) return;
        const auto fewest = question.fewestDigits, most = question.mostDigits;
        view_.say(t(Text::Malformed) + " " + (fewest < most ? std::to_string(fewest) + "–" : "") + std::to_string(most) + ".");
        ask(question);
    });
}

void Answers::askNewPin(const NewPinAsked& question)
{
    if (!interactive()) return giveUp(t(Text::NobodyToAsk) + " --new-pin-fd N");
    prompt_.ask(t(Text::AskNewPin), true, [this, question](std::optional<Secret> line) {
        if (!line) return engine_.cancel();
        typed_ = std::move(*line);
        if (!isSixDigits(typed_)) view_.say(t(Text::Malformed) + " 6.");
        if (!isSixDigits(typed_)) return askNewPin(question);
        const auto weakness = weaknessOf(typed_);
        if (!weakness || options_.allowTrivial) return askNewPinAgain(question);
        view_.say(t(*weakness));
        confirm(Text::WeakQuestion, [this, question](bool yes) { yes ? askNewPinAgain(question) : askNewPin(question); });
    });
}

void Answers::askNewPinAgain(const NewPinAsked& question)
{
    prompt_.ask(t(Text::AskNewPinAgain), true, [this, question](const std::optional<Secret>& line) {
        if (!line) return engine_.cancel();
        auto first = std::exchange(typed_, {});
        if (first == *line) return void(engine_.enter(question.id, std::move(first)));
        view_.say(t(Text::NewPinsDiffer));
        askNewPin(question);
    });
}

void Answers::confirm(Text question, std::function<void(bool yes)> answered)
{
    prompt_.ask(t(question), false, [this, answered = std::move(answered)](const std::optional<Secret>& line) {
        if (!line) return engine_.cancel();
        const auto c = line->empty() ? 'n' : char(line->text()[0] | 0x20);
        answered(c == 'y' || c == 'j');
    });
}

void Answers::useGiven(Given& given, const PasswordAsked& question) // what was wrong is not tried again, also not in a later login
{
    if (given.line && !question.wrongBefore && engine_.enter(question.id, given.line->clone()) == AnswerResult::Accepted)
    {
        if (question.password == Password::Pin) pinGivenAt_ = question.triesLeft;
        return;
    }
    given.line.reset();
    giveUp(std::string(given.option) + ": " + t(question.wrongBefore ? Text::GivenIsWrong : Text::GivenLine));
}

std::string_view Answers::ownPassword(Password password) const
{
    return password == Password::Can ? card_->can() : password == Password::Puk ? card_->puk() : card_->pin();
}

void Answers::useOwnPassword(const PasswordAsked& question)
{
    auto given = options_.automatic ? options_.automatic->take(question) : std::nullopt;
    if (given && engine_.enter(question.id, std::move(*given)) == AnswerResult::Accepted)
    {
        if (question.password == Password::Pin) pinGivenAt_ = question.triesLeft;
        return;
    }
    if (!card_) return giveUp("--automatic: " + t(Text::AutomaticHasNone)); // a real one has no password that we know
    if (question.wrongBefore || engine_.enter(question.id, Secret(ownPassword(question.password))) != AnswerResult::Accepted) engine_.cancel();
}

void Answers::giveUp(const std::string& why)
{
    complain(why);
    engine_.cancel();
}

} // namespace eidkern::cli
