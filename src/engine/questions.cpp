#include "engine/questions.h"

#include <algorithm>
#include <atomic>

#include "core/hash.h"

namespace eidkern
{

namespace
{

QuestionId nextId() // across all engines of the process: an answer can never hit another one's question
{
    static std::atomic<std::uint64_t> last{0};
    return QuestionId(++last);
}

std::vector<std::string> names(Rights rights) // in the order in which people are asked
{
    std::vector<std::string> list;
    for (const auto right : displayableRights())
        if (rights.has(right)) list.emplace_back(name(right));
    if (rights.has(Right::CanAllowed)) list.emplace_back(name(Right::CanAllowed)); // nothing that is read, but to be decided
    return list;
}

TermsFormat formatOf(DescriptionFormat format)
{
    switch (format)
    {
        case DescriptionFormat::Html: return TermsFormat::Html;
        case DescriptionFormat::Pdf: return TermsFormat::Pdf;
        case DescriptionFormat::Plain: break;
    }
    return TermsFormat::PlainText;
}

ServiceDescription serviceOf(const RightsQuestion& q)
{
    const auto& s = q.service;
    return {
        s.subjectName,        s.subjectUrl,          s.issuerName,       s.issuerUrl,   s.format == DescriptionFormat::Plain ? s.termsOfUsage : std::string(),
        isoText(q.validFrom), isoText(q.validUntil), formatOf(s.format), s.termsOfUsage};
}

bool isDigits(const Secret& secret)
{
    return std::ranges::all_of(secret.view(), [](std::uint8_t c) { return c >= '0' && c <= '9'; });
}

Password kindOf(PasswordId id) { return id == PasswordId::Can ? Password::Can : id == PasswordId::Puk ? Password::Puk : Password::Pin; }

} // namespace

void Questions::entered(std::string_view state, int percent)
{
    percent_ = std::max(percent_, percent); // a state that is entered again is no step back
    tell_(StateEntered{state, percent_});
}

void Questions::cardWanted(bool anotherType) { tell_(CardWanted{anotherType}); }

void Questions::cardFound(const RecognisedCard& card)
{
    tell_(CardFound{card.reader, std::string(name(card.type)), card.pin.triesLeft, card.pin.deactivated, toHex(hash(HashAlgorithm::Sha256, card.efCardAccess)),
                    card.passwordAtReader});
}

Pending<Rights> Questions::confirmRights(RightsQuestion question)
{
    Pending<Rights> pending(scheduler_);
    id_ = nextId();
    open_ = OpenRights{pending.promise(), question.optional};
    tell_(RightsAsked{id_, serviceOf(question), names(question.required), names(question.optional), question.requiredAge, question.communityId,
                      question.transactionInfo, question.bornUntil ? isoText(*question.bornUntil) : std::string(),
                      question.validOn ? isoText(*question.validOn) : std::string()});
    return pending;
}

Pending<Secret> Questions::password(PasswordQuestion question)
{
    Pending<Secret> pending(scheduler_);
    id_ = nextId();
    const int most = question.password == PasswordId::Puk ? 10 : 6, fewest = question.orTransportPin ? 5 : most;
    open_ = OpenPassword{pending.promise(), std::size_t(fewest), std::size_t(most), question.atReader};
    const auto kind = kindOf(question.password);
    if (question.atReader) tell_(PasswordWantedAtReader{kind, question.pin.triesLeft, question.wrongBefore, id_});
    else tell_(PasswordAsked{id_, kind, question.pin.triesLeft, question.wrongBefore, fewest, most});
    if (question.atReader && !padsWait_) pending.promise().set(Secret());
    return pending;
}

Pending<Secret> Questions::newPin(bool atReader)
{
    Pending<Secret> pending(scheduler_);
    id_ = nextId();
    open_ = OpenPassword{pending.promise(), 6, 6, atReader};
    if (atReader) tell_(NewPinWantedAtReader{id_});
    else tell_(NewPinAsked{id_});
    if (atReader && !padsWait_) pending.promise().set(Secret());
    return pending;
}

bool Questions::answerBrowser(const BrowserAnswer&) { return !browserGone_; } // the embedder answers it with what WorkflowFinished says

AnswerResult Questions::grant(QuestionId id, const std::vector<std::string>& optionalRights)
{
    auto* open = std::get_if<OpenRights>(&open_);
    if (!open || id != id_ || !open->promise.wanted()) return AnswerResult::NotAsked;
    Rights granted;
    for (const auto& each : optionalRights)
    {
        const auto right = rightNamed(each);
        if (!right || !open->optional.has(*right)) return AnswerResult::Malformed;
        granted.add(*right);
    }
    return open->promise.set(granted) ? AnswerResult::Accepted : AnswerResult::NotAsked;
}

AnswerResult Questions::enter(QuestionId id, Secret secret)
{
    auto* open = std::get_if<OpenPassword>(&open_);
    if (!open || id != id_ || !open->promise.wanted()) return AnswerResult::NotAsked;
    if (open->atReader || secret.size() < open->fewestDigits || secret.size() > open->mostDigits || !isDigits(secret)) return AnswerResult::Malformed;
    return open->promise.set(std::move(secret)) ? AnswerResult::Accepted : AnswerResult::NotAsked;
}

AnswerResult Questions::enterAtReader(QuestionId id)
{
    auto* open = std::get_if<OpenPassword>(&open_);
    if (!open || id != id_ || !open->promise.wanted()) return AnswerResult::NotAsked;
    if (!open->atReader) return AnswerResult::Malformed;
    return open->promise.set(Secret()) ? AnswerResult::Accepted : AnswerResult::NotAsked;
}

} // namespace eidkern
