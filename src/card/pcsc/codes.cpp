#include "card/pcsc/codes.h"

#include <cstdint>

namespace eidkern::card
{

bool isServiceLost(LONG result)
{
    switch (std::uint32_t(result))
    {
        case std::uint32_t(SCARD_E_INVALID_HANDLE):
        case std::uint32_t(SCARD_F_COMM_ERROR):
        case std::uint32_t(SCARD_E_NO_SERVICE):
        case std::uint32_t(SCARD_E_SERVICE_STOPPED): return true;
        default: return false;
    }
}

CardFault faultOfScard(LONG result)
{
    if (isServiceLost(result)) return CardFault::Removed;
    switch (std::uint32_t(result))
    {
        case std::uint32_t(SCARD_E_INVALID_VALUE): // a handle whose reader was unplugged
        case std::uint32_t(SCARD_E_UNKNOWN_READER):
        case std::uint32_t(SCARD_E_READER_UNAVAILABLE):
        case std::uint32_t(SCARD_E_NO_READERS_AVAILABLE):
        case std::uint32_t(SCARD_E_NO_SMARTCARD):
        case std::uint32_t(SCARD_E_NOT_READY):
        case std::uint32_t(SCARD_W_UNRESPONSIVE_CARD):
        case std::uint32_t(SCARD_W_REMOVED_CARD): return CardFault::Removed;
        case std::uint32_t(SCARD_E_INSUFFICIENT_BUFFER):
        case std::uint32_t(SCARD_E_PCI_TOO_SMALL): return CardFault::WrongLength;
        case std::uint32_t(SCARD_E_INVALID_PARAMETER):
        case std::uint32_t(SCARD_E_PROTO_MISMATCH):
        case std::uint32_t(SCARD_E_READER_UNSUPPORTED):
        case std::uint32_t(SCARD_E_CARD_UNSUPPORTED):
        case std::uint32_t(SCARD_W_UNSUPPORTED_CARD): return CardFault::Protocol;
        default: return CardFault::CommandFailed;
    }
}

} // namespace eidkern::card
