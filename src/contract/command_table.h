// What the generated table of commands is made of: when a command is allowed, and how its parameters are read.
#pragma once
#include <array>
#include <span>

#include "contract/commands.h"
#include "contract/json_reader.h"
#include "contract/messages.h"

namespace eidkern::sdk
{

// The members of a command that some command knows; of repeated ones the last counts.
class Members
{
public:
    static constexpr std::size_t most = 16;

    explicit Members(const json::Value& object);
    const json::Value* find(std::string_view name) const; // one of parameterNames()

private:
    std::array<std::optional<json::Value>, most> values_;
};

std::optional<std::string> convert(const json::Value& value, const std::optional<std::string>&);
std::optional<double> convert(const json::Value& value, std::optional<double>);
std::optional<bool> convert(const json::Value& value, std::optional<bool>);
std::optional<Secret> convert(const json::Value& value, const std::optional<Secret>&);
std::optional<Language> convert(const json::Value& value, std::optional<Language>);
std::optional<Simulator> convert(const json::Value& value, const std::optional<Simulator>&);
std::optional<std::vector<std::optional<std::string>>> convert(const json::Value& value, const std::optional<std::vector<std::optional<std::string>>>&);

template<typename T>
void read(std::optional<T>& value, const json::Value* given) // of another type: as if it were missing
{
    if (given) value = convert(*given, std::optional<T>());
}

template<typename T>
void read(Field<T>& field, const json::Value* given)
{
    field.given = given;
    read(field.value, given);
}

template<typename T>
void readUnlessNull(Field<T>& field, const json::Value* given)
{
    if (given && given->type() != json::Type::Null) read(field, given);
}

enum class Gate { Always, Idle, Workflow, State };

struct CommandRow
{
    std::string_view name;
    int leastLevel;
    Gate gate;
    State state; // with Gate::State
    Parameters (*read)(const Members&);
};

std::span<const std::string_view> parameterNames();
std::span<const CommandRow> commandTable(); // in the order of CommandName

} // namespace eidkern::sdk
