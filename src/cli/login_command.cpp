#include "cli/login_command.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <unistd.h>

#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/layout.h"
#include "cli/prompt.h"
#include "cli/view.h"
#include "eidkern/engine.h"
#include "eidkern/lab.h"

namespace eidkern::cli
{

namespace
{

bool interactive() { return ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO); }

struct LogFile
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{nullptr, std::fclose};

    bool open(const std::string& path)
    {
        file.reset(std::fopen(path.c_str(), "a"));
        if (!file) complain(path + ": " + std::strerror(errno));
        return file != nullptr;
    }
    void write(const std::string& line) const
    {
        std::fprintf(file.get(), "%s\n", line.c_str());
        std::fflush(file.get());
    }
};

// Answers what the engine asks: by itself where it may, else by asking the person at the terminal.
class Answers
{
public:
    Answers(Engine& engine, const LoginOptions& options, const std::optional<SimulatedCard>& card, View& view)
        : engine_(engine), options_(options), card_(card), view_(view)
    {
        if (options.pinDescriptor >= 0) pin_ = lineOf(options.pinDescriptor);
    }

    void answer(const RightsAsked& question)
    {
        if (options_.consent == Consent::Auto) return void(engine_.grant(question.id, question.optional));
        const auto choice = question.optional.empty() ? Text::ConsentQuestion : Text::ConsentQuestionOptional;
        prompt_.ask(text(choice, options_.language), false, [this, question](const std::optional<Secret>& line) {
            const auto c = line && !line->empty() ? char(line->text()[0] | 0x20) : 'y';
            if (!line || c == 'n') return engine_.cancel();
            if (c == 'r' || c == 'e') return void(engine_.grant(question.id, {}));
            engine_.grant(question.id, question.optional);
        });
    }

    void answer(const PasswordAsked& question)
    {
        if (question.password == Password::Pin && options_.pinDescriptor >= 0) return useGivenPin(question);
        if (options_.consent == Consent::Auto) return useOwnPassword(question);
        if (question.password == Password::Pin && card_)
            view_.say("(" + std::string(text(Text::PinHint, options_.language)) + " " + std::string(card_->pin()) + ")");
        ask(question);
    }

    void withdraw() // the question is gone
    {
        if (prompt_.isOpen()) view_.say("");
        prompt_.stop();
    }

private:
    void ask(const PasswordAsked& question)
    {
        const auto which = question.password == Password::Can ? Text::AskCan : question.password == Password::Puk ? Text::AskPuk : Text::AskPin;
        prompt_.ask(text(which, options_.language), true, [this, question](std::optional<Secret> line) {
            if (!line) return engine_.cancel();
            if (engine_.enter(question.id, std::move(*line)) != AnswerResult::Malformed) return;
            view_.say(std::string(text(Text::Malformed, options_.language)) + (question.password == Password::Puk ? " 10." : " 6."));
            ask(question);
        });
    }

    void useGivenPin(const PasswordAsked& question) // once: a PIN that was wrong is not tried again
    {
        if (!pin_ || question.wrongBefore || engine_.enter(question.id, std::move(*pin_)) != AnswerResult::Accepted)
        {
            complain(question.wrongBefore ? "the PIN of --pin-fd is wrong" : "--pin-fd: no line with a PIN of six digits could be read");
            return engine_.cancel();
        }
        pin_.reset();
    }

    void useOwnPassword(const PasswordAsked& question) // simulated cards only, see options
    {
        const auto own = question.password == Password::Can ? card_->can() : question.password == Password::Puk ? card_->puk() : card_->pin();
        if (question.wrongBefore || engine_.enter(question.id, Secret(own)) != AnswerResult::Accepted) engine_.cancel();
    }

    Engine& engine_;
    const LoginOptions& options_;
    const std::optional<SimulatedCard>& card_;
    View& view_;
    Prompt prompt_;
    std::optional<Secret> pin_;
};

struct ChosenCard
{
    std::optional<SimulatedCard> simulated; // else in a reader of PC/SC
    std::string reader;                     // its name; empty: any
};

bool isPcsc(const std::string& option) { return option == "pcsc" || option.starts_with("pcsc:"); }

std::optional<ChosenCard> cardOf(const std::string& option, const std::vector<TrustAnchor>& anchors)
{
    if (isPcsc(option)) return ChosenCard{{}, option.size() > 5 ? option.substr(5) : std::string()};
    std::string persona(SimulatedCard::builtInPersona("adult")), name = "adult";
    if (option.starts_with("sim:"))
    {
        name = option.substr(4);
        const auto content = readSmallFile(name);
        if (!content) return {};
        persona = *content;
    }
    else if (option != "sim") return complain("--card " + option + ": sim, sim:FILE, pcsc or pcsc:READER is needed"), std::nullopt;
    auto card = SimulatedCard::fromPersona(persona, anchors);
    if (!card) return complain(name + ": " + card.error()), std::nullopt;
    return ChosenCard{std::move(*card), {}};
}

ExitCode run(const LoginOptions& options, std::vector<TrustAnchor> anchors, const ChosenCard& card, View& view)
{
    LogFile log;
    if (!options.logFile.empty() && !log.open(options.logFile)) return ExitCode::Usage;
    EngineSettings settings{std::move(anchors), {}, {}};
    if (card.simulated) settings.cards = {*card.simulated};
    settings.pcscReaders = !card.simulated;
    settings.pcscReader = card.reader;
    settings.tlsProfile = options.tlsProfile;
    if (log.file) settings.log = [&log](const std::string& line) { log.write(line); };
    Engine engine(std::move(settings));
    Answers answers(engine, options, card.simulated, view);
    QEventLoop loop;
    auto code = ExitCode::Internal;
    const Engine::Handler handler = [&](Event& event) {
        std::visit(
            [&]<typename E>(E& e) {
                if constexpr (!std::same_as<E, CardFound> && !std::same_as<E, CardWanted>) answers.withdraw();
                view.show(e);
                if constexpr (requires { answers.answer(e); }) answers.answer(e);
                if constexpr (std::same_as<E, WorkflowFinished>)
                {
                    code = e.failure ? exitCode(describe(e.failure->code).origin) : ExitCode::Success;
                    loop.quit();
                }
            },
            event);
    };
    const Interrupt interrupt([&](int times) {
        if (times > 1) return loop.quit();
        answers.withdraw();
        view.say(text(Text::Cancelling, options.language));
        engine.cancel();
    });
    options.self ? engine.selfAuthenticate(options.url, handler) : engine.authenticate(options.url, handler);
    loop.exec();
    return code;
}

std::unique_ptr<View> viewFor(const LoginOptions& options) { return options.json ? jsonView(options.language) : terminalView(options.language, colours()); }

} // namespace

static bool mayUse(const LoginOptions& options) // a real card answers to its holder only
{
    const bool refused = isPcsc(options.card) && (options.consent == Consent::Auto || !interactive());
    if (refused) complain("--card " + options.card + ": consent is given by a person at the terminal, not by --consent auto");
    return !refused;
}

ExitCode login(const LoginOptions& options)
{
    if (!mayUse(options)) return ExitCode::Usage;
    if (options.consent == Consent::Ask && !interactive())
        return complain("nobody to ask: standard input or output is no terminal. With a simulated card --consent auto answers by itself."), ExitCode::Usage;
    if (options.cvcaFiles.empty())
        return complain(
                   "no trust anchor: give the CVCA certificate of the service's PKI with --cvca FILE (a lab keeps its own as cvca.cvcert in its --pki folder)."),
               ExitCode::Usage;
    auto anchors = trustAnchorsOf(options.cvcaFiles);
    if (!anchors) return ExitCode::Usage;
    const auto card = cardOf(options.card, *anchors);
    if (!card) return ExitCode::Usage;
    return run(options, std::move(*anchors), *card, *viewFor(options));
}

ExitCode demo(DemoOptions options)
{
    auto& login = options.login;
    if (options.persona.empty() && !mayUse(login)) return ExitCode::Usage;
    LabSettings settings;
    settings.requiredRights = {"FamilyName", "GivenNames", "DateOfBirth", "Address"};
    settings.optionalRights = {"BirthName", "DoctoralDegree", "PlaceOfBirth", "Nationality", "DocumentType", "ValidUntil", "IssuingCountry", "AgeVerification"};
    settings.requiredAge = 18;
    const auto lab = PublicLab::start(settings);
    if (!lab) return complain("the lab does not start: " + lab.error()), ExitCode::Internal;
    auto anchors = trustAnchorsOf(login.cvcaFiles);
    if (!anchors) return ExitCode::Usage;
    const auto root = (*lab)->cvca();
    anchors->push_back(TrustAnchor::parse(root).value());
    const auto card = cardOf(options.persona.empty() ? login.card : "sim:" + options.persona, {anchors->back()});
    if (!card) return ExitCode::Usage;
    if (!interactive()) login.consent = Consent::Auto;
    login.url = (*lab)->selfAuthUrl();
    login.self = true;

    const auto view = viewFor(login);
    view->say(text(Text::DemoIntro, login.language));
    if (!interactive()) view->say(text(Text::DemoUnattended, login.language));
    view->say("");
    return run(login, std::move(*anchors), *card, *view);
}

} // namespace eidkern::cli
