// What an eID-Server does once chip authentication has given it session keys of its own: batches of protected APDUs that
// select the eID application, read the granted data groups, let the card verify and ask its pseudonym (TR-03110-2 B.11, B.4,
// ISO 7816-4 7.2.3).
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "card/secure_messaging.h"
#include "core/chat.h"
#include "core/paos.h"

namespace eidkern::lab
{

enum class Verification { Age, Community, DocumentValidity };

enum class StatusCodes { Whole, FirstByte, None }; // how AcceptableStatusCode names what is expected

struct ReadingStyle
{
    StatusCodes codes = StatusCodes::Whole;
    bool singly = false; // one APDU per Transmit; else as many as are known
};

class CardReading
{
public:
    // `sectorKey`: content of the public key object for which the card is to make its pseudonym, or empty.
    CardReading(const card::SessionKeys& keys, Rights granted, const std::vector<Verification>& verifications, ByteView sectorKey, ReadingStyle style);

    // Empty: everything has been read. The PAOS answer to a batch goes into take() before the next one is asked for.
    std::vector<paos::InputApdu> nextBatch();
    bool take(const std::vector<Bytes>& outputApdus); // false: not the protected answers to that batch; nothing more can be read

    std::map<int, Secret> takeDataGroups() { return std::move(dataGroups_); } // whole files; a group that the card does not have is missing
    const std::map<Verification, bool>& verdicts() const { return verdicts_; }
    Secret takePseudonym() { return std::move(pseudonym_); } // empty: not asked

private:
    struct Step
    {
        enum class Kind { Prepare, Read, Verify, Identify } kind; // Prepare: only its status word counts
        int dataGroup = 0;
        Verification verification = Verification::Age;
        card::CommandApdu command = {};
        std::vector<std::uint16_t> acceptable = {0x9000};
    };

    void plan(int dataGroup);
    Bytes protect(const card::CommandApdu& command);
    bool takeOne(const Step& step, const card::ResponseApdu& response);

    card::SecureMessaging outgoing_, incoming_;
    const ReadingStyle style_;
    std::deque<Step> planned_;
    std::vector<Step> batch_; // that is with the card
    std::map<int, Secret> dataGroups_;
    std::map<Verification, bool> verdicts_;
    Secret pseudonym_;
    std::map<int, std::size_t> unfinished_; // data group -> size that its outer length announces
    std::size_t plans_ = 0;
};

} // namespace eidkern::lab
