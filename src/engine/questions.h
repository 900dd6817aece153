// The workflows' User port: questions become events with ids, and the embedder's answers find their way back. A question that
// was answered, or whose asker has gone, takes no further answer.
#pragma once
#include <functional>
#include <variant>

#include "eidkern/engine.h"
#include "workflows/ports.h"

namespace eidkern
{

class Questions final : public User
{
public:
    // `padsWait`: as EngineSettings has it.
    Questions(Scheduler& scheduler, std::function<void(Event)> tell, bool padsWait = false) : scheduler_(scheduler), tell_(std::move(tell)), padsWait_(padsWait)
    {
    }

    void entered(std::string_view state, int percent) override;
    void cardWanted(bool anotherType) override;
    void cardFound(const RecognisedCard& card) override;
    void linkLearned(const CvCertificate& certificate) override { tell_(LinkCertificateLearned{certificate.whole}); }
    Pending<Rights> confirmRights(RightsQuestion question) override;
    Pending<Secret> password(PasswordQuestion question) override;
    Pending<Secret> newPin(bool atReader) override;
    void readerStillWaits() override { tell_(ReaderStillWaits{}); }
    bool answerBrowser(const BrowserAnswer& answer) override;

    void browserGone() { browserGone_ = true; }
    AnswerResult grant(QuestionId id, const std::vector<std::string>& optionalRights);
    AnswerResult enter(QuestionId id, Secret secret);
    AnswerResult enterAtReader(QuestionId id);

private:
    struct OpenRights
    {
        Promise<Rights> promise;
        Rights optional;
    };
    struct OpenPassword
    {
        Promise<Secret> promise;
        std::size_t fewestDigits, mostDigits;
        bool atReader;
    };

    Scheduler& scheduler_;
    std::function<void(Event)> tell_;
    const bool padsWait_;
    std::variant<std::monostate, OpenRights, OpenPassword> open_; // one at a time
    QuestionId id_{};
    int percent_ = 0;
    bool browserGone_ = false;
};

} // namespace eidkern
