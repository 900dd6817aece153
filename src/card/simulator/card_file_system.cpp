#include "card/simulator/card_file_system.h"

#include <algorithm>

#include "card/instructions.h"

namespace eidkern::card
{

static constexpr std::size_t mostWritten = 2048;  // bytes of a file that can be written

static ResponseApdu status(std::uint16_t sw) { return {{}, sw}; }

CardFileSystem::CardFileSystem(std::map<int, Bytes> masterFile, std::map<int, Bytes> dataGroups)
    : masterFile_(std::move(masterFile)), dataGroups_(std::move(dataGroups))
{
}

void CardFileSystem::reset()
{
    inEidApplication_ = false;
    current_ = 0;
}

static int shortIdOf(ByteView fileId) // 2F00, 011C, 011D in the MF, 01xx in the application
{
    if (same(fileId, Bytes{0x2F, 0x00})) return file::dir;
    return fileId[0] == 0x01 ? fileId[1] : 0;
}

ResponseApdu CardFileSystem::select(const CommandApdu& command, const Session& session)
{
    if (command.p2 != 0x0C) return status(0x6A86);
    if (command.p1 == 0x04)
    {
        if (!same(command.data, eidApplication)) return status(0x6A82);
        if (!session.eidUnlocked()) return status(0x6982); // as the real card: only after terminal and chip authentication
        inEidApplication_ = true;
        current_ = 0;
        return status(0x9000);
    }
    if (command.p1 != 0x00 && command.p1 != 0x02) return status(0x6A86);
    if (command.p1 == 0x00 && (command.data.empty() || same(command.data, Bytes{0x3F, 0x00})))
    {
        reset();
        return status(0x9000);
    }
    if (command.data.size() != 2) return status(0x6700);
    return selectFile(shortIdOf(command.data), session);
}

ResponseApdu CardFileSystem::selectFile(int shortId, const Session& session)
{
    const auto sw = access(shortId, session);
    if (sw == 0x9000) current_ = shortId;
    return status(sw);
}

std::uint16_t CardFileSystem::access(int shortId, const Session& session) const
{
    const auto& files = inEidApplication_ ? dataGroups_ : masterFile_;
    if (!files.contains(shortId)) return 0x6A82;
    if (inEidApplication_) return session.eidUnlocked() && session.terminal->rights.has(readRight(shortId)) ? 0x9000 : 0x6982;
    return shortId != file::cardSecurity || session.terminal ? 0x9000 : 0x6982;
}

const Bytes& CardFileSystem::content(int shortId) const { return (inEidApplication_ ? dataGroups_ : masterFile_).at(shortId); }

ResponseApdu CardFileSystem::readBinary(const CommandApdu& command, const Session& session)
{
    if (!command.le || !command.data.empty()) return status(0x6700);
    const bool byShortId = command.p1 & 0x80;
    if (byShortId)
    {
        const auto selected = selectFile(command.p1 & 0x1F, session);
        if (!selected.ok()) return selected;
    }
    if (!current_) return status(0x6986);
    if (const auto sw = access(current_, session); sw != 0x9000) return status(sw);

    const auto& file = content(current_);
    const std::size_t offset = byShortId ? command.p2 : std::size_t(command.p1) << 8 | command.p2;
    if (offset >= file.size()) return status(0x6B00);
    const auto rest = ByteView(file).subspan(offset);
    const std::size_t most = session.secureMessaging && *command.le <= CommandApdu::all ? SecureMessaging::mostShort : CommandApdu::allExtended;
    const auto count = std::min({rest.size(), std::size_t(*command.le), most});
    const bool endReached = count == rest.size() && count < *command.le;
    return {toBytes(rest.first(count)), std::uint16_t(endReached ? 0x6282 : 0x9000)};
}

std::uint16_t CardFileSystem::writeAccess(int shortId, const Session& session) const
{
    const auto& files = inEidApplication_ ? dataGroups_ : masterFile_;
    if (!files.contains(shortId)) return 0x6A82;
    const bool writable = inEidApplication_ && shortId >= 17 && shortId <= 22;
    const auto right = Right(54 - shortId); // WriteDg17 is bit 37, WriteDg22 bit 32
    return writable && session.eidUnlocked() && session.terminal->rights.has(right) ? 0x9000 : 0x6982;
}

ResponseApdu CardFileSystem::updateBinary(const CommandApdu& command, const Session& session)
{
    if (command.data.empty() || command.le) return status(0x6700);
    const bool byShortId = command.p1 & 0x80;
    const int shortId = byShortId ? command.p1 & 0x1F : current_;
    if (!shortId) return status(0x6986);
    if (const auto sw = writeAccess(shortId, session); sw != 0x9000) return status(sw);
    current_ = shortId;

    auto& file = dataGroups_.at(shortId);
    const std::size_t offset = byShortId ? command.p2 : std::size_t(command.p1) << 8 | command.p2;
    if (offset > file.size()) return status(0x6B00);
    if (offset + command.data.size() > mostWritten) return status(0x6A84);
    file.resize(std::max(file.size(), offset + command.data.size()));
    std::ranges::copy(command.data, file.begin() + std::ptrdiff_t(offset));
    return status(0x9000);
}

} // namespace eidkern::card
