// The engine of a command that uses a card, made from its options: with a log, trust anchors, a card, and somebody who answers.
#pragma once
#include <memory>
#include <optional>

#include "cli/answers.h"
#include "cli/exit_codes.h"
#include "cli/login_options.h"
#include "cli/surroundings.h"

namespace eidkern::cli
{

struct ChosenCard
{
    std::optional<SimulatedCard> simulated; // else in a reader of PC/SC
    std::string reader;                     // its name; empty: any
};

// What the options ask for may be done, by somebody who is there. False: it has been said why not.
bool mayConsent(const LoginOptions& options);

// Nothing: it has been said what is wrong.
std::optional<ChosenCard> cardOf(const std::string& option, const std::vector<TrustAnchor>& anchors);
std::optional<std::vector<TrustAnchor>> anchorsOf(const LoginOptions& options); // at least one

std::unique_ptr<View> viewFor(const LoginOptions& options);

class Client
{
public:
    // `options` and `view` outlive it. Nothing: it has been said what is wrong.
    static std::unique_ptr<Client> make(const LoginOptions& options, std::vector<TrustAnchor> anchors, const ChosenCard& card, View& view);
    static std::unique_ptr<Client> make(const LoginOptions& options, Surroundings around, std::vector<TrustAnchor> anchors, const ChosenCard& card, View& view);

    Engine& engine() { return *engine_; }
    std::optional<ExitCode> handle(Event& event); // shows it, answers it; the login's exit code, if this was its end
    void cancel(Text cancelling = Text::Cancelling); // and says that

    // Runs the workflow that `begin` starts to its end; Ctrl-C cancels it. Its exit code.
    ExitCode run(Text cancelling, const std::function<void(Engine&, Engine::Handler)>& begin);

private:
    Client(const LoginOptions& options, LinkCertificates links, View& view);
    void saveTerms(const ServiceDescription& service);

    const LoginOptions& options_;
    View& view_;
    const LinkCertificates links_;
    std::unique_ptr<Engine> engine_;
    std::optional<Answers> answers_;
};

} // namespace eidkern::cli
