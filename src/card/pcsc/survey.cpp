#include "card/pcsc/survey.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include <reader.h>

#include "card/pcsc/codes.h"
#include "card/pcsc/control.h"

namespace eidkern::card
{

using namespace std::chrono_literals;

namespace
{

struct Descriptor
{
    int value = -1;
    ~Descriptor()
    {
        if (value >= 0) ::close(value);
    }
};

// pcsc-lite's handshake: size and number of the message, then major, minor and a result; the service answers the latter three.
constexpr std::uint32_t commandVersion = 0x11;
constexpr std::array<std::int32_t, 5> hello{12, std::int32_t(commandVersion), 4, 4, 0};

PcscService serviceOf(int error)
{
    if (error == ECONNREFUSED) return PcscService::NobodyListens;
    if (error == EACCES || error == EPERM) return PcscService::NotAllowed;
    return error == EAGAIN || error == EWOULDBLOCK ? PcscService::Silent : PcscService::NoSocket; // EAGAIN: others wait for it already
}

void ask(PcscSurvey& seen)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (seen.socket.size() >= sizeof address.sun_path) return;
    std::ranges::copy(seen.socket, address.sun_path);
    const Descriptor connection{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const timeval limit{.tv_sec = 0, .tv_usec = 800'000}; // of each step; started by systemd at this moment it needs some time
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) ::setsockopt(connection.value, SOL_SOCKET, option, &limit, sizeof limit);
    if (::connect(connection.value, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    {
        seen.service = serviceOf(errno);
        return;
    }
    seen.service = PcscService::Silent;
    std::array<std::int32_t, 3> answer{};
    if (::send(connection.value, hello.data(), sizeof hello, MSG_NOSIGNAL) != ssize_t(sizeof hello)) return;
    if (::recv(connection.value, answer.data(), sizeof answer, MSG_WAITALL) != ssize_t(sizeof answer)) return;
    seen.service = PcscService::Answers;
    seen.protocolMajor = answer[0];
    seen.protocolMinor = answer[1];
}

struct Context
{
    SCARDCONTEXT value = 0;
    ~Context()
    {
        if (value) SCardReleaseContext(value);
    }
};

std::vector<std::string> readersOf(SCARDCONTEXT context)
{
    std::vector<std::string> names;
    DWORD size = SCARD_AUTOALLOCATE;
    char* list = nullptr;
    if (SCardListReaders(context, nullptr, reinterpret_cast<char*>(&list), &size) != SCARD_S_SUCCESS) return names;
    for (const char* at = list; *at; at += names.back().size() + 1) names.emplace_back(at);
    SCardFreeMemory(context, list);
    return names;
}

LONG connect(SCARDCONTEXT context, const std::string& reader, SCARDHANDLE& handle)
{
    DWORD protocol = 0;
    return SCardConnect(context, reader.c_str(), SCARD_SHARE_DIRECT, 0, &handle, &protocol);
}

// SCardControl fails at once while another program is in a transaction: that says nothing of the reader.
LONG askPatiently(SCARDHANDLE handle, ReaderProperties& properties)
{
    auto result = askReader(handle, properties);
    for (int tries = 1; tries < 5 && is(result, SCARD_E_SHARING_VIOLATION); ++tries)
    {
        std::this_thread::sleep_for(50ms);
        result = askReader(handle, properties);
    }
    return result;
}

std::string attribute(SCARDHANDLE card, DWORD id) // text, or 4 bytes of a version as "1.5.2"; empty: the driver does not say
{
    Bytes value(MAX_BUFFER_SIZE);
    DWORD length = value.size();
    if (SCardGetAttrib(card, id, value.data(), &length) != SCARD_S_SUCCESS || length > value.size()) return {};
    value.resize(length);
    if (id == SCARD_ATTR_VENDOR_IFD_VERSION) // major and minor in one byte each, and a build of two, in the machine's order
        return value.size() == 4 ? std::to_string(value[3]) + "." + std::to_string(value[2]) + "." + std::to_string(value[0] | value[1] << 8) : std::string();
    return std::string(asText(ByteView(value).first(std::size_t(std::ranges::find(value, 0) - value.begin()))));
}

SurveyedReader look(SCARDCONTEXT context, const std::string& name)
{
    SurveyedReader seen{.name = name, .vendor = {}, .driverVersion = {}};
    SCARD_READERSTATE state{};
    state.szReader = name.c_str();
    if (SCardGetStatusChange(context, 0, &state, 1) == SCARD_S_SUCCESS)
    {
        const auto has = [&state](DWORD flag) { return (state.dwEventState & flag) != 0; };
        seen.card = has(SCARD_STATE_PRESENT);
        seen.mute = has(SCARD_STATE_MUTE);
        seen.exclusive = has(SCARD_STATE_EXCLUSIVE);
    }
    SCARDHANDLE handle = 0;
    if (const LONG result = connect(context, name, handle); result != SCARD_S_SUCCESS)
    {
        seen.code = scardValue(result);
        return seen;
    }
    ReaderProperties properties;
    if (const LONG result = askPatiently(handle, properties); result != SCARD_S_SUCCESS) seen.code = scardValue(result);
    seen.features = featuresOf(properties);
    seen.vendor = attribute(handle, SCARD_ATTR_VENDOR_NAME);
    seen.driverVersion = attribute(handle, SCARD_ATTR_VENDOR_IFD_VERSION);
    SCardDisconnect(handle, SCARD_LEAVE_CARD);
    return seen;
}

} // namespace

void survey(const std::function<void(const PcscSurvey&)>& report)
{
    PcscSurvey seen;
    const char* named = std::getenv("PCSCLITE_CSOCK_NAME"); // as pcsc-lite does
    seen.socket = named ? named : "/run/pcscd/pcscd.comm";
    ask(seen);
    Context context;
    if (seen.service == PcscService::Answers)
    {
        report(seen);
        if (const LONG result = SCardEstablishContext(SCARD_SCOPE_USER, nullptr, nullptr, &context.value); result != SCARD_S_SUCCESS)
        {
            seen.service = PcscService::Foreign;
            seen.code = scardValue(result);
        }
    }
    if (seen.service == PcscService::Answers)
        for (const auto& name : readersOf(context.value))
        {
            seen.readers.push_back(look(context.value, name));
            report(seen);
        }
    seen.complete = true;
    report(seen);
}

} // namespace eidkern::card
