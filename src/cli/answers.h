// Answers what the engine asks: by itself where it may, else by asking the person at the terminal.
#pragma once
#include <optional>

#include "cli/login_options.h"
#include "cli/prompt.h"
#include "cli/view.h"
#include "eidkern/engine.h"

namespace eidkern::cli
{

class Answers
{
public:
    // `card`: the simulated one, if there is one; the other arguments outlive this.
    Answers(Engine& engine, const LoginOptions& options, std::optional<SimulatedCard> card, View& view);

    bool ready() const; // false: a descriptor cannot be read, and that has been said
    void answer(const RightsAsked& question);
    void answer(const PasswordAsked& question); // the last try only with consent; that of a real card never with --automatic
    void answer(const NewPinAsked& question);   // asked twice and compared; one that others try first only with consent
    void withdraw();                            // the question is gone
    void worked() { pinGivenAt_.reset(); }      // all that was given was right

private:
    struct Given // what an option promised to be read there
    {
        Given(const char* option, int descriptor);
        const char* option;
        int descriptor;
        std::optional<Secret> line = {}; // nothing: no such option, or the line cannot be read, or it was wrong
    };

    void forgetPin();
    void askForLastTry(const PasswordAsked& question);
    void give(const PasswordAsked& question);
    void ask(const PasswordAsked& question);
    void askNewPin(const NewPinAsked& question);
    void askNewPinAgain(const NewPinAsked& question);
    void confirm(Text question, std::function<void(bool yes)> answered); // no is the usual answer
    void useGiven(Given& given, const PasswordAsked& question);
    void useOwnPassword(const PasswordAsked& question);
    bool mayGrantUnasked(const RightsAsked& question) const;
    std::string_view ownPassword(Password password) const; // of the simulated card
    void giveUp(const std::string& why);
    std::string t(Text which) const { return std::string(text(which, options_.language)); }

    Engine& engine_;
    const LoginOptions& options_;
    const std::optional<SimulatedCard> card_;
    View& view_;
    Prompt prompt_;
    Given pin_, can_, puk_, newPin_;
    std::optional<int> pinGivenAt_; // the tries that were left when a PIN was last used unasked, and it is not known to be right
    Secret typed_;                  // the new PIN, until it has been typed again
};

} // namespace eidkern::cli
