#include "cli/completion.h"

#include <cstdio>
#include <functional>
#include <map>

#include "eidkern/cards.h"
#include "eidkern/engine.h"
#include "eidkern/failure.h"
#include "eidkern/lab.h"
#include "eidkern/return_codes.h"

namespace eidkern::cli
{

namespace
{

template<typename Entries>
std::vector<std::string> namesOf(const Entries& entries)
{
    std::vector<std::string> names;
    for (const auto& each : entries) names.emplace_back(each.name);
    return names;
}

std::vector<std::string> workflowNames()
{
    const auto names = workflows();
    return {names.begin(), names.end()};
}

// What the tables do not say, because it is checked elsewhere: by command, or for options of any command.
const std::map<std::string, std::function<std::vector<std::string>()>> knownWords{
    {"--persona", SimulatedCard::builtInPersonas},
    {"--tls-profile", tlsProfiles},
    {"--variant", [] { return namesOf(labVariants()); }},
    {"eidkern graph WORKFLOW", workflowNames},
    {"eidkern failure CODE", [] { return namesOf(failureCatalogue()); }},
    {"eidkern scard CODE", [] { return namesOf(scardCodes()); }},
    {"eidkern ckr CODE", [] { return namesOf(ckrCodes()); }},
};

// "ask|auto" is a choice of words, "sim[:PERSONA]|pcsc[:READER]" too; what is in capitals stands for something else.
std::vector<std::string> choices(const std::string& typeName)
{
    std::vector<std::string> words;
    if (typeName.find('|') == std::string::npos) return words;
    for (const auto& each : CLI::detail::split(typeName, '|'))
        if (const auto word = each.substr(0, each.find('[')); word == CLI::detail::to_lower(word)) words.push_back(word);
    return words;
}

CompletedValue valueOf(const CLI::Option& option, const std::string& command, const std::string& name)
{
    const auto type = option.get_positional() ? name : option.get_type_name();
    CompletedValue value{type, choices(type), type.find("FILE") != std::string::npos, type.find("DIR") != std::string::npos};
    for (const auto& key : {name, command + " " + name})
        if (const auto known = knownWords.find(key); known != knownWords.end()) value.words = known->second();
    return value;
}

// Defaults may be folders of whoever asks.
std::string withoutDefault(const std::string& about) { return about.substr(0, about.find(" (default")); }

CompletedOption optionOf(const CLI::Option& option, const std::string& command)
{
    CompletedOption found{{}, withoutDefault(option.get_description()), option.get_expected_max() > 0, {}};
    for (const auto& name : option.get_snames()) found.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) found.names.push_back("--" + name);
    if (found.takesValue) found.value = valueOf(option, command, found.names.back());
    return found;
}

} // namespace

CompletedCommand completed(const CLI::App& app, const std::string& parent)
{
    CompletedCommand found{parent.empty() ? app.get_name() : parent + " " + app.get_name(), app.get_name(), app.get_description(), {}, {}, {}};
    for (const auto* each : app.get_options())
    {
        if (each->get_positional()) found.positionals.push_back(valueOf(*each, found.path, each->get_name(true)));
        else found.options.push_back(optionOf(*each, found.path));
    }
    for (const auto* each : app.get_subcommands([](const CLI::App*) { return true; })) found.commands.push_back(completed(*each, found.path));
    return found;
}

void addCompletionCommand(CLI::App& app)
{
    const std::map<std::string, std::string (*)(const CompletedCommand&)> shells{{"bash", bashCompletion}, {"fish", fishCompletion}, {"zsh", zshCompletion}};
    auto* command = app.add_subcommand("completion", "print what a shell needs to complete commands and options of eidkern");
    command
        ->add_option_function<std::string>(
            "bash|fish|zsh", [&app, shells](const std::string& shell) { std::fputs(shells.at(shell)(completed(app)).c_str(), stdout); }, "the shell")
        ->required()
        ->check(CLI::IsMember(shells).description(""));
}

} // namespace eidkern::cli
