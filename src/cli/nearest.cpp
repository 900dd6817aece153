#include "cli/nearest.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "cli/files.h"

namespace eidkern::cli
{

static constexpr std::size_t longest = 80; // more of what was typed is not looked at

static std::string lower(std::string_view text)
{
    std::string all(text.substr(0, longest));
    std::ranges::transform(all, all.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return all;
}

static std::size_t changes(std::string_view a, std::string_view b) // insertions, deletions, replacements
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 0; i < a.size(); ++i)
    {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j)
        {
            const auto replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

std::vector<std::string_view> nearest(std::string_view typed, const std::vector<std::string_view>& names)
{
    constexpr std::size_t most = 3;
    const auto wanted = lower(typed);
    std::vector<std::pair<std::size_t, std::string_view>> found;
    for (const auto name : names)
    {
        const auto candidate = lower(name);
        const bool part = !wanted.empty() && candidate.find(wanted) != std::string::npos;
        const auto distance = changes(wanted, candidate);
        if (part || distance <= candidate.size() / 2) found.emplace_back(part ? 0 : distance, name);
    }
    std::ranges::sort(found);
    found.resize(std::min(found.size(), most));
    std::vector<std::string_view> best;
    for (const auto& [distance, name] : found) best.push_back(name);
    return best;
}

void complainUnknown(std::string_view what, std::string_view typed, const std::vector<std::string_view>& names)
{
    std::string sentence = "no " + std::string(what) + " '" + std::string(typed.substr(0, longest)) + "'";
    const auto near = nearest(typed, names);
    for (const auto name : near) sentence.append(name == near.front() ? "; nearest: " : ", ").append(name);
    complain(sentence);
}

} // namespace eidkern::cli
