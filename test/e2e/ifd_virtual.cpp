// Virtual smart card reader for pcscd (IFD handler 3.0). Its options, sockets and features: ifd/.
#include <reader.h>
#include <winscard.h>
extern "C"
{
#include <ifdhandler.h> // has no extern "C" of its own
}

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "ifd/features.h"

using namespace ifd;

namespace
{

std::mutex theMutex;
std::map<DWORD, std::shared_ptr<Slot>> theSlots;   // by Lun = reader << 16 | slot

std::shared_ptr<Slot> find(DWORD lun)
{
    std::lock_guard lock(theMutex);
    auto it = theSlots.find(lun);
    return it == theSlots.end() ? nullptr : it->second;
}

RESPONSECODE waitForChange(DWORD lun, int timeoutMs)
{
    auto s = find(lun);
    if (!s) return IFD_COMMUNICATION_ERROR;
    s->waitForChange(timeoutMs);
    return IFD_SUCCESS; // anything else makes pcscd sleep 400 ms
}
RESPONSECODE stopWaiting(DWORD lun)
{
    if (auto s = find(lun)) s->stopWaiting();
    return IFD_SUCCESS;
}

} // namespace

extern "C"
{

    RESPONSECODE IFDHCreateChannelByName(DWORD Lun, LPSTR DeviceName)
    {
        auto options = parse(DeviceName);
        if (options.port == 0 && options.unixPath.empty()) return IFD_COMMUNICATION_ERROR;
        auto s = std::make_shared<Slot>(options, int(Lun & 0xFFFF));
        if (!s->ok()) return IFD_COMMUNICATION_ERROR;
        std::lock_guard lock(theMutex);
        theSlots[Lun] = s;
        return IFD_SUCCESS;
    }
    RESPONSECODE IFDHCreateChannel(DWORD, DWORD) { return IFD_COMMUNICATION_ERROR; } // must exist, never used when DEVICENAME is given
    RESPONSECODE IFDHCloseChannel(DWORD Lun)
    {
        std::lock_guard lock(theMutex);
        return theSlots.erase(Lun) ? IFD_SUCCESS : IFD_COMMUNICATION_ERROR;
    }

    RESPONSECODE IFDHGetCapabilities(DWORD Lun, DWORD Tag, PDWORD Length, PUCHAR Value)
    {
        auto s = find(Lun);
        if (!s) return IFD_COMMUNICATION_ERROR;
        auto byte = [&](uint8_t v) {
            if (*Length < 1) return IFD_ERROR_INSUFFICIENT_BUFFER;
            *Length = 1;
            *Value = v;
            return IFD_SUCCESS;
        };
        auto function = [&](auto f) {
            if (*Length < sizeof f) return IFD_ERROR_INSUFFICIENT_BUFFER;
            *Length = sizeof f;
            memcpy(Value, &f, sizeof f);
            return IFD_SUCCESS;
        };
        switch (Tag)
        {
            case TAG_IFD_ATR:
            case SCARD_ATTR_ATR_STRING:
                if (*Length < s->atr().size()) return IFD_ERROR_INSUFFICIENT_BUFFER;
                *Length = s->atr().size();
                memcpy(Value, s->atr().data(), s->atr().size());
                return IFD_SUCCESS;
            case TAG_IFD_SLOTS_NUMBER: return byte(uint8_t(s->options.slots));
            case TAG_IFD_SIMULTANEOUS_ACCESS: return byte(16);
            case TAG_IFD_THREAD_SAFE: return byte(1);       // different readers in parallel
            case TAG_IFD_SLOT_THREAD_SAFE: return byte(1);  // different slots in parallel
            case TAG_IFD_POLLING_THREAD_KILLABLE: return byte(0);
            case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT:
                if (s->options.events) return function(&waitForChange);
                break;
            case TAG_IFD_STOP_POLLING_THREAD:
                if (s->options.events) return function(&stopWaiting);
                break;
            case SCARD_ATTR_VENDOR_NAME:
                if (*Length < 8) break;
                *Length = 8;
                memcpy(Value, "eidkern", 8);
                return IFD_SUCCESS;
            default: break;
        }
        *Length = 0;
        return IFD_ERROR_TAG;
    }
    RESPONSECODE IFDHSetCapabilities(DWORD, DWORD, DWORD, PUCHAR) { return IFD_ERROR_TAG; }
    RESPONSECODE IFDHSetProtocolParameters(DWORD, DWORD, UCHAR, UCHAR, UCHAR, UCHAR) { return IFD_SUCCESS; }

    RESPONSECODE IFDHPowerICC(DWORD Lun, DWORD Action, PUCHAR Atr, PDWORD AtrLength)
    {
        auto s = find(Lun);
        if (!s) return IFD_COMMUNICATION_ERROR;
        if (Action == IFD_POWER_DOWN)
        {
            s->command(0);
            if (AtrLength) *AtrLength = 0;
            return IFD_SUCCESS;
        } // Atr may be null
        auto atr = s->powerUp(Action == IFD_RESET);
        if (!atr || atr->empty() || atr->size() > MAX_ATR_SIZE)
        {
            *AtrLength = 0;
            return IFD_ERROR_POWER_ACTION;
        }
        memcpy(Atr, atr->data(), atr->size());
        *AtrLength = atr->size();
        return IFD_SUCCESS;
    }

    RESPONSECODE IFDHTransmitToICC(DWORD Lun, SCARD_IO_HEADER SendPci, PUCHAR TxBuffer, DWORD TxLength, PUCHAR RxBuffer, PDWORD RxLength,
                                   PSCARD_IO_HEADER RecvPci)
    {
        auto s = find(Lun);
        auto room = std::exchange(*RxLength, DWORD(0));
        if (!s) return IFD_COMMUNICATION_ERROR;
        auto answer = s->exchange(TxBuffer, TxLength);
        if (!answer) return IFD_COMMUNICATION_ERROR;
        if (answer->size() > room) return IFD_ERROR_INSUFFICIENT_BUFFER;
        memcpy(RxBuffer, answer->data(), answer->size());
        *RxLength = answer->size();
        RecvPci->Protocol = SendPci.Protocol;
        return IFD_SUCCESS;
    }

    RESPONSECODE IFDHICCPresence(DWORD Lun)
    {
        auto s = find(Lun);
        return !s ? IFD_COMMUNICATION_ERROR : s->present() ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
    }

    RESPONSECODE IFDHControl(DWORD Lun, DWORD dwControlCode, PUCHAR TxBuffer, DWORD TxLength, PUCHAR RxBuffer, DWORD RxLength, LPDWORD pdwBytesReturned)
    {
        *pdwBytesReturned = 0;
        auto s = find(Lun);
        if (!s) return IFD_COMMUNICATION_ERROR;
        Bytes out;
        if (dwControlCode == CM_IOCTL_GET_FEATURE_REQUEST) out = featureList(s->options);
        else
        {
            std::optional<Bytes> answer;
            bool known = false;
            for (uint8_t tag : s->options.features)
                if (dwControlCode == featureCode(tag))
                {
                    known = true;
                    answer = feature(*s, tag, TxBuffer, TxLength);
                }
            if (!known) return IFD_ERROR_NOT_SUPPORTED;
            if (!answer) return IFD_COMMUNICATION_ERROR;
            out = *answer;
        }
        if (out.size() > RxLength) return IFD_ERROR_INSUFFICIENT_BUFFER;
        memcpy(RxBuffer, out.data(), out.size());
        *pdwBytesReturned = out.size();
        return IFD_SUCCESS;
    }

} // extern "C"
