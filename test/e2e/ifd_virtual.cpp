// Virtual smart card reader for pcscd (IFD handler 3.0): one listening socket per slot, one connected peer = one inserted card.
// Wire format, as vpcd: 2-byte big-endian length + bytes. Reader to card: one byte 00 off, 01 on, 02 reset, 04 get ATR; longer = APDU.
// Reader features (PIN pad, PACE) travel as the PC/SC pseudo APDU FF C2 01 <feature> 00 <Lc hi> <Lc lo> <data>; answer data ‖ 9000.
// DEVICENAME: any text with options  :port=35963  or  :unix=/dir/name  :slots=2  :features=200612  :pace=E0  :events=1
#include <reader.h>
#include <winscard.h>
extern "C"
{
#include <ifdhandler.h> // has no extern "C" of its own
}

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace
{

using Bytes = std::vector<uint8_t>;

struct Fd
{
    int value = -1;
    explicit Fd(int v = -1) : value(v) {}
    Fd(const Fd&) = delete;
    ~Fd()
    {
        if (value >= 0) ::close(value);
    }
};

struct Options
{
    int port = 0;
    std::string unixPath;
    int slots = 1;
    bool events = false;     // tell pcscd about insertion and removal at once
    Bytes features;          // feature tags
    uint8_t pace = 0x60;     // capability byte of GetReadersPACECapabilities
};

Bytes fromHex(const std::string& s)
{
    Bytes out;
    for (size_t i = 0; i + 1 < s.size(); i += 2) out.push_back(uint8_t(std::stoul(s.substr(i, 2), nullptr, 16)));
    return out;
}

Options parse(const std::string& text)
{
    Options o;
    for (size_t at = 0; at < text.size();)
    {
        size_t end = std::min(text.find(':', at), text.size());
        auto item = text.substr(at, end - at);
        at = end + 1;
        auto eq = item.find('=');
        if (eq == std::string::npos) continue;
        auto key = item.substr(0, eq), value = item.substr(eq + 1);
        if (key == "port") o.port = std::stoi(value);
        else if (key == "unix") o.unixPath = value;
        else if (key == "slots") o.slots = std::stoi(value);
        else if (key == "events") o.events = value == "1";
        else if (key == "features") o.features = fromHex(value);
        else if (key == "pace") o.pace = fromHex(value).at(0);
    }
    return o;
}

class Slot
{
public:
    Slot(const Options& o, int index) : options(o)
    {
        if (!o.unixPath.empty())
        {
            sockaddr_un a{};
            a.sun_family = AF_UNIX;
            auto path = o.unixPath + (index ? "." + std::to_string(index) : "");
            if (path.size() >= sizeof a.sun_path) return;
            memcpy(a.sun_path, path.c_str(), path.size() + 1);
            ::unlink(path.c_str());
            listen(AF_UNIX, reinterpret_cast<sockaddr*>(&a), sizeof a);
        }
        else
        {
            sockaddr_in a{};
            a.sin_family = AF_INET;
            a.sin_port = htons(uint16_t(o.port + index));
            a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            listen(AF_INET, reinterpret_cast<sockaddr*>(&a), sizeof a);
        }
    }
    bool ok() const { return listener_ && listener_->value >= 0; }

    bool present()
    {
        std::lock_guard lock(mutex_);
        if (card_)
        {
            uint8_t b;
            ssize_t n = ::recv(card_->value, &b, 1, MSG_PEEK | MSG_DONTWAIT);
            if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            {
                card_.reset();
                atr_.clear();
                return false;
            } // report absent once
        }
        if (!card_)
        {
            int fd = ::accept4(listener_->value, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return false;
            int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            card_ = std::make_shared<Fd>(fd);
        }
        return true;
    }

    // Called without any lock of pcscd, in parallel to everything else.
    void waitForChange(int timeoutMs)
    {
        std::shared_ptr<Fd> card;
        {
            std::lock_guard lock(mutex_);
            card = card_;
        }
        std::array<pollfd, 2> p{{{wake_.value, POLLIN, 0}, {card ? card->value : listener_->value, short(card ? POLLRDHUP : POLLIN), 0}}};
        if (::poll(p.data(), p.size(), timeoutMs) > 0 && p[0].revents)
        {
            uint64_t n;
            (void)!::read(wake_.value, &n, sizeof n);
        }
    }
    void stopWaiting()
    {
        uint64_t one = 1;
        (void)!::write(wake_.value, &one, sizeof one);
    }

    bool command(uint8_t code) { return send(&code, 1); }
    std::optional<Bytes> powerUp(bool warm)
    {
        if (!command(warm ? 2 : 1)) return {};
        uint8_t getAtr = 4;
        auto atr = exchange(&getAtr, 1);
        if (atr) atr_ = *atr;
        return atr;
    }
    const Bytes& atr() const { return atr_; }

    std::optional<Bytes> exchange(const uint8_t* data, size_t n)
    {
        if (!send(data, n)) return {};
        uint8_t head[2];
        if (!receive(head, 2)) return {};
        Bytes answer(size_t(head[0]) << 8 | head[1]);
        if (!receive(answer.data(), answer.size())) return {};
        return answer;
    }

    const Options options;

private:
    void listen(int family, sockaddr* a, socklen_t n)
    {
        auto s = std::make_unique<Fd>(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        int on = 1;
        ::setsockopt(s->value, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (::bind(s->value, a, n) || ::listen(s->value, 1)) return;
        listener_ = std::move(s);
    }
    std::shared_ptr<Fd> card()
    {
        std::lock_guard lock(mutex_);
        return card_;
    }
    bool send(const uint8_t* data, size_t n)
    {
        auto c = card();
        if (!c || n > 0xFFFF) return false;
        Bytes frame{uint8_t(n >> 8), uint8_t(n)};
        frame.insert(frame.end(), data, data + n);
        return ::send(c->value, frame.data(), frame.size(), MSG_NOSIGNAL) == ssize_t(frame.size());
    }
    bool receive(uint8_t* to, size_t n)
    {
        auto c = card();
        int on = 1;
        if (c) ::setsockopt(c->value, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
        return c && (n == 0 || ::recv(c->value, to, n, MSG_WAITALL) == ssize_t(n));
    }

    std::mutex mutex_; // guards card_ only; exchanges are serialised by pcscd
    std::unique_ptr<Fd> listener_;
    std::shared_ptr<Fd> card_;
    Fd wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    Bytes atr_;
};

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

constexpr DWORD featureCode(uint8_t tag) { return SCARD_CTL_CODE(0x330000 + tag); }

Bytes tlvProperties()
{
    // tag, length, little-endian value
    return {PCSCv2_PART10_PROPERTY_wLcdLayout,
            2,
            16,
            2,
            PCSCv2_PART10_PROPERTY_bEntryValidationCondition,
            1,
            2,
            PCSCv2_PART10_PROPERTY_bMinPINSize,
            1,
            5,
            PCSCv2_PART10_PROPERTY_bMaxPINSize,
            1,
            6,
            PCSCv2_PART10_PROPERTY_bPPDUSupport,
            1,
            2,
            PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize,
            4,
            0xF6,
            0xFF,
            0,
            0};
}

std::optional<Bytes> feature(Slot& s, uint8_t tag, const uint8_t* data, size_t n)
{
    if (tag == FEATURE_GET_TLV_PROPERTIES) return tlvProperties();
    if (tag == FEATURE_EXECUTE_PACE)
    {
        if (n < 3) return Bytes{0x01, 0, 0, 0xD0, 0, 0};                            // lengths inconsistent
        if (data[0] == 1) return Bytes{0, 0, 0, 0, 1, 0, s.options.pace};           // GetReadersPACECapabilities
        if (!s.present()) return Bytes{0x02, 0, 0x10, 0xF0, 0, 0};                  // no card
    }
    Bytes ppdu{0xFF, 0xC2, 0x01, tag};
    if (n) ppdu.insert(ppdu.end(), {0, uint8_t(n >> 8), uint8_t(n)});
    ppdu.insert(ppdu.end(), data, data + n);
    auto answer = s.exchange(ppdu.data(), ppdu.size());
    if (!answer || answer->size() < 2) return tag == FEATURE_EXECUTE_PACE ? std::optional(Bytes{0x01, 0, 0x10, 0xF0, 0, 0}) : std::nullopt;
    if ((*answer)[answer->size() - 2] != 0x90) return {};
    answer->resize(answer->size() - 2);
    return answer;
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
        if (dwControlCode == CM_IOCTL_GET_FEATURE_REQUEST)
        {
            for (uint8_t tag : s->options.features)
            {
                auto code = uint32_t(featureCode(tag));
                out.insert(out.end(), {tag, 4, uint8_t(code >> 24), uint8_t(code >> 16), uint8_t(code >> 8), uint8_t(code)});
            }
        }
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
