#include "card/pcsc/modify_pin.h"

#include "card/faults.h"
#include "card/instructions.h"

namespace eidkern::card::modify_pin
{

Bytes request()
{
    static constexpr std::uint8_t seconds = 60, digits = 6;
    static constexpr std::uint8_t structure[] = {
        seconds, seconds, // bTimeOut, bTimeOut2
        0x82,             // bmFormatString: ASCII, from the first bit on
        0x00,    0x00,       // bmPINBlockString, bmPINLengthFormat: the data are the digits alone
        0x00,    0x00,       // bInsertionOffsetOld, bInsertionOffsetNew: at their beginning
        digits,  digits,   // wPINMaxExtraDigit: at most, at least
        0x01,             // bConfirmPIN: the new PIN is entered twice, the old one not at all
        0x02,             // bEntryValidationCondition: a key ends the entry
        0x02,             // bNumberMessage: one for each entry
        0x07,    0x04,       // wLangId: German
        0x00,    0x01,    0x02, // bMsgIndex1 to 3
        0x00,    0x00,    0x00, // bTeoPrologue
    };
    const auto command = encode(changePin(std::uint8_t(PasswordId::Pin), {}));
    const std::uint8_t length[] = {std::uint8_t(command.size()), 0x00, 0x00, 0x00}; // ulDataLength
    return concat({structure, length, command});
}

CardResult<Done> parseAnswer(ByteView answer)
{
    const auto response = parseResponse(answer);
    if (!response) return fault(CardFault::CommandFailed);
    switch (response->sw)
    {
        case 0x9000: return Done{};
        case 0x6400: return fault(CardFault::EntryTimedOut);
        case 0x6401: return fault(CardFault::CancelledAtReader);
        case 0x6402: return fault(CardFault::NewPinsDiffer);
        case 0x6403: return fault(CardFault::NewPinLength);
        default: return fault(faultOf(response->sw));
    }
}

} // namespace eidkern::card::modify_pin
