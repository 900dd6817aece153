#include "contract/command.h"

#include <algorithm>

#include "contract/command_table.h"

namespace eidkern::sdk
{

Members::Members(const json::Value& object)
{
    const auto names = parameterNames();
    for (json::Entries entries(object); const auto entry = entries.next();)
        for (std::size_t i = 0; entry->key && i < names.size(); ++i)
            if (entry->key->is(names[i])) values_[i] = entry->value;
}

const json::Value* Members::find(std::string_view name) const
{
    const auto at = std::size_t(std::ranges::find(parameterNames(), name) - parameterNames().begin());
    return at < most && values_[at] ? &*values_[at] : nullptr;
}

std::optional<std::string> convert(const json::Value& value, const std::optional<std::string>&) { return value.string(); }
std::optional<double> convert(const json::Value& value, std::optional<double>) { return value.number(); }
std::optional<bool> convert(const json::Value& value, std::optional<bool>) { return value.boolean(); }
std::optional<Secret> convert(const json::Value& value, const std::optional<Secret>&) { return value.secret(); }
std::optional<Simulator> convert(const json::Value& value, const std::optional<Simulator>&) { return simulatorOf(value); }

std::optional<Language> convert(const json::Value& value, std::optional<Language>)
{
    if (value.is("de")) return Language::German;
    if (value.is("en")) return Language::English;
    return {};
}

std::optional<std::vector<std::optional<std::string>>> convert(const json::Value& value, const std::optional<std::vector<std::optional<std::string>>>&)
{
    if (value.type() != json::Type::Array) return {};
    std::vector<std::optional<std::string>> all;
    for (json::Entries entries(value); const auto entry = entries.next();) all.push_back(entry->value.string());
    return all;
}

tl::expected<Command, std::string> parse(std::string_view received, int level)
{
    const auto document = json::parse(received);
    if (!document)
    {
        const auto& fault = document.error();
        return tl::unexpected(text(message::Invalid{.error = std::string(fault.text) + " (offset: " + std::to_string(fault.offset) + ")", .request = {}}));
    }
    const Members members(*document);
    const auto* given = members.find("request");
    Json request = given ? json::compact(*given) : Json();
    const auto* cmd = members.find("cmd");
    auto wanted = cmd ? cmd->string().value_or(std::string()) : std::string();
    if (wanted.empty()) return tl::unexpected(text(message::Invalid{.error = "Command cannot be undefined", .request = std::move(request)}));
    const auto row = std::ranges::find(commandTable(), wanted, &CommandRow::name);
    if (row == commandTable().end() || level < row->leastLevel)
        return tl::unexpected(text(message::UnknownCommand{.error = std::move(wanted), .request = std::move(request)}));
    const auto* session = members.find("session");
    return Command{row->read(members), std::move(request), session ? session->string().value_or(std::string()) : std::string()};
}

bool allowed(CommandName name, const Situation& situation)
{
    const auto& row = commandTable()[std::size_t(name)];
    switch (row.gate)
    {
        case Gate::Always: return true;
        case Gate::Idle: return !situation.workflow;
        case Gate::Workflow: return situation.workflow;
        case Gate::State: return situation.state == row.state;
    }
    return false;
}

std::string_view name(CommandName name) { return commandTable()[std::size_t(name)].name; }

std::vector<std::string> commandNames(int level)
{
    std::vector<std::string> names;
    for (const auto& row : commandTable())
        if (row.leastLevel <= level) names.emplace_back(row.name);
    return names;
}

} // namespace eidkern::sdk
