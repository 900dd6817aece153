// What an eID-Server does once chip authentication has given it session keys of its own: batches of protected APDUs that
// select the eID application, read the granted data groups and let the card verify (TR-03110-2 B.11, ISO 7816-4 7.2.3).
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "card/secure_messaging.h"
#include "core/chat.h"
#include "core/paos.h"

namespace eidkern::lab
{

enum class Verification { Age, DocumentValidity };

class CardReading
{
public:
    CardReading(const card::SessionKeys& keys, Rights granted, const std::vector<Verification>& verifications);

    // Empty: everything has been read. The PAOS answer to a batch goes into take() before the next one is asked for.
    std::vector<paos::InputApdu> nextBatch();
    bool take(const std::vector<Bytes>& outputApdus); // false: not the protected answers to that batch; nothing more can be read

    std::map<int, Secret> takeDataGroups() { return std::move(dataGroups_); } // whole files; a group that the card does not have is missing
    const std::map<Verification, bool>& verdicts() const { return verdicts_; }

private:
    struct Step
    {
        enum class Kind { Select, Read, Reselect, Verify } kind;
        int dataGroup = 0;
        Verification verification = Verification::Age;
        card::CommandApdu command = {};
        std::vector<std::uint16_t> acceptable = {0x9000};
    };

    void plan(int dataGroup);
    Bytes protect(const card::CommandApdu& command);
    bool takeOne(const Step& step, const card::ResponseApdu& response);

    card::SecureMessaging outgoing_, incoming_;
    std::vector<Step> batch_;
    std::map<int, Secret> dataGroups_;
    std::map<Verification, bool> verdicts_;
    std::map<int, std::size_t> unfinished_; // data group -> size that its outer length announces
    std::size_t batches_ = 0;
};

} // namespace eidkern::lab
