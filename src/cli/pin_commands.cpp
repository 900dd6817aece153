#include "cli/pin_commands.h"

#include "cli/client.h"

namespace eidkern::cli
{

namespace
{

struct Seen // of a workflow
{
    int triesLeft = 0; // when the card was found
    bool asked = false;
    bool simulated = false;
};

using Begin = std::function<void(Engine& engine, Engine::Handler handler)>;
using Conclusion = std::function<std::string(const Seen& seen)>; // what is said after a success

ExitCode run(const LoginOptions& options, const Begin& begin, const Conclusion& conclusion)
{
    const auto card = cardOf(options.card, {}); // no service comes near it
    if (!card) return ExitCode::Usage;
    const auto view = viewFor(options);
    const auto client = Client::make(options, {}, *card, *view);
    if (!client) return ExitCode::Usage;
    Seen seen{.simulated = card->simulated.has_value()};
    const auto code = client->run(Text::Stopping, [&](Engine& engine, Engine::Handler handler) {
        begin(engine, [&seen, handler = std::move(handler)](Event& event) {
            if (const auto* found = std::get_if<CardFound>(&event)) seen.triesLeft = found->triesLeft;
            seen.asked = seen.asked || std::holds_alternative<PasswordAsked>(event) || std::holds_alternative<PasswordWantedAtReader>(event);
            handler(event);
        });
    });
    if (code == ExitCode::Success) view->say(conclusion(seen));
    return code;
}

std::string t(Text which, const LoginOptions& options) { return std::string(text(which, options.language)); }

ExitCode changePin(const LoginOptions& options)
{
    return run(
        options, [](Engine& engine, Engine::Handler handler) { engine.changePin(std::move(handler)); },
        [&](const Seen& seen) { return t(Text::PinChanged, options) + (seen.simulated ? "\n" + t(Text::CardForgets, options) : ""); });
}

ExitCode unblock(const LoginOptions& options) // also success: it was not blocked
{
    return run(
        options, [](Engine& engine, Engine::Handler handler) { engine.unblock(std::move(handler)); },
        [&](const Seen& seen) { return seen.asked ? t(Text::PinUnblocked, options) : t(Text::PinNotBlocked, options) + " " + std::to_string(seen.triesLeft); });
}

ExitCode checkPassword(const LoginOptions& options, Password password)
{
    return run(
        options, [password](Engine& engine, Engine::Handler handler) { engine.checkPassword(password, std::move(handler)); },
        [&](const Seen&) { return t(Text::PasswordRight, options); });
}

const std::map<std::string, Password> passwords{{"PIN", Password::Pin}, {"CAN", Password::Can}, {"PUK", Password::Puk}};

} // namespace

void addPinCommands(CLI::App& app, ExitCode& result)
{
    const auto add = [&](const char* name, const char* about) {
        const auto options = std::make_shared<LoginOptions>();
        auto* command = app.add_subcommand(name, about);
        addPasswordOptions(*command, *options);
        return std::pair(command, options);
    };
    const auto [change, changeOptions] = add("change-pin", "set a new PIN, also in place of the five-digit transport PIN");
    addDescriptor(*change, "--new-pin-fd", changeOptions->newPinDescriptor, "the new PIN");
    change->add_flag("--allow-trivial", changeOptions->allowTrivial, "take a new PIN without asking that others try first, such as 123456 or a date");
    change->callback([options = changeOptions, &result] { result = changePin(*options); });

    const auto [unblocking, unblockOptions] = add("unblock", "unblock the PIN with the PUK, if it is blocked");
    unblocking->callback([options = unblockOptions, &result] { result = unblock(*options); });

    const auto [check, checkOptions] = add("check-pin", "try whether the PIN, or another password, is right");
    const auto password = std::make_shared<Password>(Password::Pin);
    check->add_option("--password", *password, "which one")
        ->transform(CLI::CheckedTransformer(passwords, CLI::ignore_case).description(""))
        ->type_name("PIN|CAN|PUK")
        ->default_str("PIN");
    check->callback([options = checkOptions, password, &result] { result = checkPassword(*options, *password); });
}

} // namespace eidkern::cli
