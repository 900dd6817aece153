#include "lab/card_reading.h"

#include <algorithm>

#include "core/oid.h"
#include "core/tlv.h"

namespace eidkern::lab
{

namespace
{

constexpr std::uint32_t mostPerRead = 223;         // so that the protected answer fits into a short APDU
constexpr std::size_t largestFile = 0x7FFF;        // READ BINARY offsets have 15 bits
constexpr std::size_t mostPlans = 64, mostReadsPerBatch = 32;
constexpr auto eidApplication = std::to_array<std::uint8_t>({0xE8, 0x07, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02});

card::SessionKeys copyOf(const card::SessionKeys& keys) { return {keys.encryption.clone(), keys.mac.clone()}; }

card::CommandApdu select() { return {.ins = 0xA4, .p1 = 0x04, .p2 = 0x0C, .data = {eidApplication.begin(), eidApplication.end()}}; }
card::CommandApdu readFile(int shortId, std::uint32_t most) { return {.ins = 0xB0, .p1 = std::uint8_t(0x80 | shortId), .p2 = 0, .le = most}; }
card::CommandApdu readAt(std::size_t offset, std::size_t most)
{
    return {.ins = 0xB0, .p1 = std::uint8_t(offset >> 8), .p2 = std::uint8_t(offset), .le = std::uint32_t(std::min<std::size_t>(most, mostPerRead))};
}
card::CommandApdu verify(Verification what)
{
    const ByteView object = what == Verification::Age       ? ByteView(oid::auxDateOfBirth)
                          : what == Verification::Community ? ByteView(oid::auxCommunityId)
                                                            : ByteView(oid::auxDateOfExpiry);
    return {.cla = 0x80, .ins = 0x20, .p1 = 0x80, .data = tlv(0x06, object)};
}
card::CommandApdu setPseudonymKey() // TR-03110-3 B.4: MSE:Set AT, with the key that answers only to terminals with the right
{
    static constexpr std::uint8_t keyId[] = {2}; // on every German card
    return {.ins = 0x22, .p1 = 0x41, .p2 = 0xA4, .data = concat({tlv(0x80, oid::riEcdhSha256), tlv(0x84, keyId)})};
}
card::CommandApdu identify(ByteView sectorKey) { return {.ins = 0x86, .data = tlv(0x7C, tlv(0xA0, sectorKey)), .le = card::CommandApdu::all}; }

// The first identifier of the answer; nothing if there is none.
std::optional<Secret> pseudonymOf(ByteView answer)
{
    const auto outer = singleTlv(answer);
    const auto parts = outer && outer->tag == 0x7C ? allTlv(outer->value, 2) : std::nullopt;
    const auto id = parts ? single(*parts, 0x81) : std::nullopt;
    return id && !id->empty() ? std::optional(Secret(*id)) : std::nullopt;
}

// Size of the file by its outer TLV; what is no TLV is taken as complete and refused later.
std::size_t announcedSize(ByteView start)
{
    if (start.size() < 2 || start[1] < 0x80) return start.size() < 2 ? start.size() : 2u + start[1];
    const std::size_t lengthBytes = start[1] & 0x7F;
    if (lengthBytes == 0 || lengthBytes > 2 || start.size() < 2 + lengthBytes) return start.size();
    std::size_t length = 0;
    for (std::size_t i = 0; i < lengthBytes; ++i) length = length << 8 | start[2 + i];
    return std::min(2 + lengthBytes + length, largestFile);
}

Secret joined(const Secret& a, ByteView b)
{
    auto both = Secret::ofSize(a.size() + b.size());
    std::ranges::copy(a.view(), both.data());
    std::ranges::copy(b, both.data() + a.size());
    return both;
}

} // namespace

CardReading::CardReading(const card::SessionKeys& keys, Rights granted, const std::vector<Verification>& verifications, ByteView sectorKey, ReadingStyle style)
    : outgoing_(copyOf(keys)), incoming_(copyOf(keys)), style_(style)
{
    planned_.push_back({.kind = Step::Kind::Prepare, .command = select()});
    for (int group = 1; group <= 22; ++group)
        if (granted.has(readRight(group)))
            planned_.push_back({.kind = Step::Kind::Read, .dataGroup = group, .command = readFile(group, mostPerRead), .acceptable = {0x9000, 0x6282, 0x6A82}});
    for (const auto what : verifications)
        planned_.push_back({.kind = Step::Kind::Verify, .verification = what, .command = verify(what), .acceptable = {0x9000, 0x6300}});
    if (sectorKey.empty()) return;
    planned_.push_back({.kind = Step::Kind::Prepare, .command = setPseudonymKey()});
    planned_.push_back({.kind = Step::Kind::Identify, .command = identify(sectorKey)});
}

std::vector<paos::InputApdu> CardReading::nextBatch()
{
    if (planned_.empty() && !unfinished_.empty() && plans_++ < mostPlans) plan(unfinished_.begin()->first);
    const auto count = style_.singly ? std::min<std::size_t>(1, planned_.size()) : planned_.size();
    batch_.assign(planned_.begin(), planned_.begin() + std::ptrdiff_t(count));
    planned_.erase(planned_.begin(), planned_.begin() + std::ptrdiff_t(count));
    std::vector<paos::InputApdu> apdus;
    for (const auto& step : batch_)
    {
        std::vector<Bytes> codes;
        for (const auto sw : step.acceptable)
        {
            if (style_.codes == StatusCodes::Whole) codes.push_back({std::uint8_t(sw >> 8), std::uint8_t(sw)});
            if (style_.codes == StatusCodes::FirstByte) codes.push_back({std::uint8_t(sw >> 8)});
        }
        apdus.push_back({protect(step.command), std::move(codes)});
    }
    return apdus;
}

// The rest of a long data group: the file is selected again by its short identifier, then read on by offset.
void CardReading::plan(int dataGroup)
{
    planned_.push_back({.kind = Step::Kind::Prepare, .dataGroup = dataGroup, .command = readFile(dataGroup, 1), .acceptable = {0x9000, 0x6282}});
    const auto size = unfinished_.at(dataGroup);
    for (auto at = dataGroups_.at(dataGroup).size(); at < size && planned_.size() <= mostReadsPerBatch; at += mostPerRead)
        planned_.push_back({.kind = Step::Kind::Read, .dataGroup = dataGroup, .command = readAt(at, size - at), .acceptable = {0x9000, 0x6282, 0x6B00}});
}

// A batch is protected before its first answer is there, but both directions share one counter: each of the two objects is
// also moved past the other direction's message.
Bytes CardReading::protect(const card::CommandApdu& command)
{
    const auto apdu = encode(outgoing_.protect(command));
    outgoing_.protect(card::ResponseApdu{{}, 0x9000});
    return apdu;
}

bool CardReading::take(const std::vector<Bytes>& outputApdus)
{
    const auto batch = std::exchange(batch_, {});
    if (outputApdus.size() != batch.size()) return false;
    for (std::size_t i = 0; i < batch.size(); ++i)
    {
        const auto outer = card::parseResponse(outputApdus[i]);
        incoming_.protect(card::CommandApdu{});
        const auto response = outer ? incoming_.open(*outer) : std::nullopt;
        if (!response || !takeOne(batch[i], *response)) return false;
    }
    return true;
}

bool CardReading::takeOne(const Step& step, const card::ResponseApdu& response)
{
    if (std::ranges::find(step.acceptable, response.sw) == step.acceptable.end()) return false;
    if (step.kind == Step::Kind::Verify) verdicts_[step.verification] = response.ok();
    if (step.kind == Step::Kind::Identify)
    {
        auto pseudonym = pseudonymOf(response.data);
        if (pseudonym) pseudonym_ = std::move(*pseudonym);
        return pseudonym.has_value();
    }
    if (step.kind != Step::Kind::Read || response.sw == 0x6A82) return true;
    auto& file = dataGroups_[step.dataGroup];
    const bool first = file.empty();
    const bool inOrder = first || (std::size_t(step.command.p1) << 8 | step.command.p2) == file.size();
    if (!inOrder) return true; // an earlier answer was shorter than asked: the next batch goes on from there
    file = joined(file, response.data);
    if (first) unfinished_[step.dataGroup] = announcedSize(file.view());
    const bool ended = response.data.empty() || file.size() >= unfinished_[step.dataGroup];
    if (ended) unfinished_.erase(step.dataGroup);
    return file.size() <= largestFile + mostPerRead;
}

} // namespace eidkern::lab
