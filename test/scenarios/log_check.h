// What must never be in a log: passwords, keys, ids that stand for a session, and whatever is on the card. Values of fewer than
// four characters ("D", "ID") are left out: they are parts of other words.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "card/simulator/persona.h"
#include "lab/read_data_groups.h"

namespace eidkern::test
{

inline std::vector<std::string> wordsOf(const lab::DataGroupValue& value)
{
    if (const auto* text = std::get_if<std::string>(&value)) return {*text};
    if (const auto* bytes = std::get_if<Bytes>(&value)) return {toHex(*bytes)};
    const auto& place = std::get<lab::Place>(value);
    return {place.text, place.street, place.city, place.state, place.country, place.zipCode};
}

// Of a card: its passwords, each data group as bytes in hex and as the texts in it, dates also with hyphens and dots.
inline std::vector<std::string> forbiddenOf(const card::Persona& persona)
{
    std::vector<std::string> words;
    for (const auto* secret : {&persona.pin, &persona.can, &persona.puk}) words.emplace_back(secret->text());
    for (const auto& [number, file] : card::dataGroups(persona))
    {
        words.push_back(toHex(file));
        const auto value = lab::readDataGroup(number, file);
        if (!value) continue;
        for (const auto& word : wordsOf(*value)) words.push_back(word);
        const auto* date = std::get_if<std::string>(&*value);
        if (!date || date->size() != 8 || (number != 3 && number != 8 && number != 15)) continue;
        words.push_back(date->substr(0, 4) + '-' + date->substr(4, 2) + '-' + date->substr(6));
        words.push_back(date->substr(6) + '.' + date->substr(4, 2) + '.' + date->substr(0, 4));
    }
    return words;
}

// The first of `words` that is in the log; empty: none is.
inline std::string foundIn(std::string_view log, const std::vector<std::string>& words)
{
    for (const auto& word : words)
        if (word.size() >= 4 && log.find(word) != std::string_view::npos) return word;
    return {};
}

} // namespace eidkern::test
