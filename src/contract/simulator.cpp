#include "contract/simulator.h"

#include <cmath>
#include <limits>

namespace eidkern::sdk
{

namespace
{

// The last entry of this name, as everywhere in this API.
std::optional<json::Value> member(const json::Value& object, std::string_view name)
{
    std::optional<json::Value> found;
    for (json::Entries entries(object); const auto entry = entries.next();)
        if (entry->key && entry->key->is(name)) found = entry->value;
    return found;
}

std::optional<std::string> text(const json::Value& object, std::string_view name)
{
    const auto found = member(object, name);
    return found ? found->string() : std::nullopt;
}

std::optional<SimulatorFile> fileOf(const json::Value& value)
{
    auto content = text(value, "content"), fileId = text(value, "fileId"), shortFileId = text(value, "shortFileId");
    if (!content || !fileId || !shortFileId) return {};
    return SimulatorFile{std::move(*content), std::move(*fileId), std::move(*shortFileId)};
}

std::optional<SimulatorKey> keyOf(const json::Value& value)
{
    const auto content = member(value, "content"), id = member(value, "id");
    const auto number = id ? id->number() : std::nullopt;
    if (!number || std::trunc(*number) != *number || std::abs(*number) > std::numeric_limits<int>::max() || *number == 0) return {};
    auto secret = content ? content->secret() : std::nullopt;
    if (!secret) return {};
    return SimulatorKey{std::move(*secret), int(*number)};
}

template<typename Each>
int collect(std::vector<Each>& all, const std::optional<json::Value>& list, std::optional<Each> (*read)(const json::Value&))
{
    int skipped = 0;
    if (!list || list->type() != json::Type::Array) return skipped;
    for (json::Entries entries(*list); const auto entry = entries.next();)
        if (auto each = read(entry->value)) all.push_back(std::move(*each));
        else ++skipped;
    return skipped;
}

} // namespace

std::optional<Simulator> simulatorOf(const json::Value& value)
{
    if (value.type() != json::Type::Object) return {};
    Simulator simulator;
    simulator.complete = !json::Entries(value).next();
    simulator.persona = text(value, "persona");
    simulator.skipped = collect(simulator.files, member(value, "files"), fileOf) + collect(simulator.keys, member(value, "keys"), keyOf);
    return simulator;
}

} // namespace eidkern::sdk
