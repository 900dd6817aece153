// Another program that uses the card, on a connection of its own.
#pragma once
#include <string>
#include <winscard.h>

namespace eidkern::test
{

class OtherProgram
{
public:
    explicit OtherProgram(const std::string& reader, DWORD share = SCARD_SHARE_SHARED)
    {
        DWORD protocol = 0;
        SCardEstablishContext(SCARD_SCOPE_USER, nullptr, nullptr, &context_);
        connected = SCardConnect(context_, reader.c_str(), share, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card_, &protocol) == SCARD_S_SUCCESS;
    }
    ~OtherProgram()
    {
        SCardDisconnect(card_, SCARD_LEAVE_CARD);
        SCardReleaseContext(context_);
    }
    OtherProgram(const OtherProgram&) = delete;

    bool begin() const { return SCardBeginTransaction(card_) == SCARD_S_SUCCESS; }
    bool end() const { return SCardEndTransaction(card_, SCARD_LEAVE_CARD) == SCARD_S_SUCCESS; }
    bool reset() const
    {
        DWORD protocol = 0;
        return SCardReconnect(card_, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, SCARD_RESET_CARD, &protocol) == SCARD_S_SUCCESS;
    }

    bool connected = false;

private:
    SCARDCONTEXT context_ = 0;
    SCARDHANDLE card_ = 0;
};

} // namespace eidkern::test
