#include "sdk/simulated_card.h"

#include <algorithm>

#include "eidkern/json_api.h"

namespace eidkern
{

namespace sdk
{

static std::uint8_t digitOf(char c) { return std::uint8_t(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

static Secret bytesOf(std::string_view hex) // empty for what is none
{
    const bool isHex = std::ranges::all_of(hex, [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); });
    if (!isHex || hex.size() % 2 != 0) return {};
    auto bytes = Secret::ofSize(hex.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes.data()[i] = std::uint8_t(digitOf(hex[2 * i]) << 4 | digitOf(hex[2 * i + 1]));
    return bytes;
}

static std::vector<std::uint8_t> octetsOf(std::string_view hex)
{
    const auto bytes = bytesOf(hex);
    return {bytes.view().begin(), bytes.view().end()};
}

bool put(SimulatedCard& reader, const Simulator& card, const std::string& usualPersona)
{
    const bool nobody = !card.complete && !card.persona;
    const auto persona = nobody ? std::string_view() : SimulatedCard::builtInPersona(card.persona.value_or(usualPersona));
    if (!nobody && persona.empty()) return false;
    CardContent content;
    for (const auto& each : card.files) content.files.push_back({octetsOf(each.fileId), octetsOf(each.shortFileId), octetsOf(each.content)});
    for (const auto& each : card.keys) content.keys.push_back({each.id, bytesOf(each.content.text())});
    return bool(reader.put(persona, content));
}

} // namespace sdk

tl::expected<SimulatedCard, std::string> simulatedCard(std::string_view simulator, const std::vector<TrustAnchor>& trustPoints)
{
    const auto value = sdk::json::parse(simulator);
    const auto described = value ? sdk::simulatorOf(*value) : std::nullopt;
    if (!described) return tl::unexpected(std::string("not a JSON object"));
    auto card = SimulatedCard::emptyReader(trustPoints);
    if (!sdk::put(card, *described, "adult")) return tl::unexpected("no such persona: " + described->persona.value_or(""));
    return card;
}

} // namespace eidkern
