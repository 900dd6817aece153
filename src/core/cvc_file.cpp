#include "core/cvc_file.h"

#include <algorithm>
#include <climits>
#include <string>

#include <openssl/evp.h>

#include "core/tlv.h"

namespace eidkern
{

static constexpr std::size_t most = 256;

static std::optional<Bytes> fromBase64(const std::string& text) // strict: whole groups of four, padding only at the end
{
    if (text.empty() || text.size() % 4 != 0 || text.size() > INT_MAX) return {};
    const auto padding = std::size_t(std::ranges::count(text, '='));
    if (padding > 2 || text.find('=') < text.size() - padding) return {};
    Bytes bytes(text.size() / 4 * 3);
    if (EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), int(text.size())) < 0) return {};
    bytes.resize(bytes.size() - padding);
    return bytes;
}

static std::optional<Bytes> decoded(std::string_view block)
{
    std::string characters;
    std::ranges::copy_if(block, std::back_inserter(characters), [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != ':'; });
    if (auto bytes = fromHex(characters)) return bytes;
    return fromBase64(characters);
}

static bool append(ByteView bytes, std::vector<Bytes>& certificates)
{
    const auto elements = allTlv(bytes, most - certificates.size());
    if (!elements || std::ranges::any_of(*elements, [](const Tlv& each) { return each.tag != 0x7F21; })) return false;
    for (const auto& each : *elements) certificates.push_back(toBytes(each.whole));
    return true;
}

static std::vector<std::string> blocksOf(std::string_view text) // what stands between the lines that begin with "-----"
{
    std::vector<std::string> blocks{""};
    while (!text.empty())
    {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!line.starts_with("-----")) blocks.back().append(line).append("\n");
        else if (!blocks.back().empty()) blocks.emplace_back();
    }
    if (blocks.back().empty()) blocks.pop_back();
    return blocks;
}

std::optional<std::vector<Bytes>> cvcsIn(std::string_view content)
{
    std::vector<Bytes> certificates;
    bool good = true;
    if (content.starts_with("\x7F\x21")) good = append(asBytes(content), certificates);
    else
        for (const auto& block : blocksOf(content))
        {
            if (std::ranges::all_of(block, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; })) continue;
            const auto bytes = certificates.size() < most ? decoded(block) : std::nullopt;
            good = good && bytes && append(*bytes, certificates);
        }
    if (!good || certificates.empty()) return {};
    return certificates;
}

} // namespace eidkern
