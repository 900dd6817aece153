// SELECT, READ BINARY and UPDATE BINARY on a simulated card (ISO 7816-4 7.1.1, 7.2.3, 7.2.5): MF with its three files, the eID
// application with the data groups, and who may read and write what. What is written outlives reset().
#pragma once
#include <map>

#include "card/apdu.h"
#include "card/simulator/session.h"

namespace eidkern::card
{

class CardFileSystem
{
public:
    CardFileSystem(std::map<int, Bytes> masterFile, std::map<int, Bytes> dataGroups); // by short identifier

    void reset(); // MF selected, no file
    ResponseApdu select(const CommandApdu& command, const Session& session);
    ResponseApdu readBinary(const CommandApdu& command, const Session& session);
    ResponseApdu updateBinary(const CommandApdu& command, const Session& session); // of a data group 17..22 that the card has; may make it longer
    const std::map<int, Bytes>& dataGroups() const { return dataGroups_; }

private:
    ResponseApdu selectFile(int shortId, const Session& session);
    std::uint16_t access(int shortId, const Session& session) const; // 9000, or why not
    std::uint16_t writeAccess(int shortId, const Session& session) const;
    const Bytes& content(int shortId) const;

    std::map<int, Bytes> masterFile_, dataGroups_; // by short identifier
    bool inEidApplication_ = false;
    int current_ = 0; // short identifier; 0: none
};

} // namespace eidkern::card
