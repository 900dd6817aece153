// The engine of a command that uses a card, made from its options: with a log, trust anchors, a card, and somebody who answers.
#pragma once
#include <memory>
#include <optional>

#include "cli/answers.h"
#include "cli/exit_codes.h"
#include "cli/login_options.h"
#include "cli/surroundings.h"
#include "eidkern/readers.h"

namespace eidkern::cli
{

struct ChosenCard
{
    std::optional<SimulatedCard> simulated; // else in a reader of PC/SC
    std::string reader;                     // its name; empty: any
};

// What the options ask for may be done, by somebody who is there. False: it has been said why not.
bool mayConsent(const LoginOptions& options);

// Nothing: it has been said what is wrong. A simulated card trusts the first two test roots.
std::optional<ChosenCard> cardOf(const std::string& option, const std::vector<TrustAnchor>& anchors);
std::optional<std::vector<TrustAnchor>> anchorsOf(const LoginOptions& options); // of --cvca, else of the trust store; that none is there has been said

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
    Client(const LoginOptions& options, TrustStore store, View& view);
    void watchReaders(); // while a card is wanted: says when none can come
    void saveTerms(const ServiceDescription& service);
    void explainTrust(const Failure& failure);

    const LoginOptions& options_;
    View& view_;
    const TrustStore store_;
    bool productionRoots_ = false;
    std::unique_ptr<Engine> engine_;
    std::optional<Answers> answers_;
    bool pcsc_ = false;
    std::optional<Text> missing_; // what was last said of the readers
    std::optional<ReaderWatch> readers_;
};

} // namespace eidkern::cli
