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

    bool ready() const; // false: the PIN cannot be read, and that has been said
    void answer(const RightsAsked& question);
    void answer(const PasswordAsked& question);
    void withdraw(); // the question is gone

private:
    void ask(const PasswordAsked& question);
    void useGivenPin(const PasswordAsked& question);
    void useOwnPassword(const PasswordAsked& question);
    bool mayGrantUnasked(const RightsAsked& question) const;

    Engine& engine_;
    const LoginOptions& options_;
    const std::optional<SimulatedCard> card_;
    View& view_;
    Prompt prompt_;
    std::optional<Secret> pin_; // of --pin-fd
};

} // namespace eidkern::cli
