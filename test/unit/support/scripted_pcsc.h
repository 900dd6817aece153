// pcsc-lite that follows a script. For one source of a program: its functions win over those of the library.
#pragma once
#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <winscard.h>

#include <reader.h>

#include "core/bytes.h"

namespace eidkern::test
{

struct Script
{
    std::deque<LONG> connects = {}, begins = {}, transmits = {}, probes = {}, ends = {}; // results in order; then success
    std::deque<LONG> asked = {};                                              // the same, of CM_IOCTL_GET_FEATURE_REQUEST
    Bytes answer{0x90, 0x00};
    std::optional<Bytes> features = {}, properties = {}; // nothing: the reader refuses the question
    std::function<LONG(ByteView request, Bytes& answer)> executePace = {}; // at this control code
    std::function<LONG(ByteView request, Bytes& answer)> modifyPin = {};   // the same
    std::string calls = {};
    int questions = 0; // of features, properties and capabilities

    static LONG next(std::deque<LONG>& results)
    {
        if (results.empty()) return SCARD_S_SUCCESS;
        const LONG result = results.front();
        results.pop_front();
        return result;
    }
    LONG control(DWORD code, ByteView request, Bytes& to)
    {
        const bool question = code == CM_IOCTL_GET_FEATURE_REQUEST || code == tlvPropertiesCode || (request.size() == 3 && request[0] == 1);
        questions += question;
        if (code == CM_IOCTL_GET_FEATURE_REQUEST)
            if (const LONG result = next(asked); result != SCARD_S_SUCCESS) return result;
        if (code == executePaceCode && executePace)
        {
            if (!question) calls += "pace ";
            return executePace(request, to);
        }
        if (code == modifyPinCode && modifyPin) return calls += "modify ", modifyPin(request, to);
        const auto& said = code == CM_IOCTL_GET_FEATURE_REQUEST ? features : code == tlvPropertiesCode ? properties : std::nullopt;
        if (!said) return SCARD_E_UNSUPPORTED_FEATURE;
        to = *said;
        return SCARD_S_SUCCESS;
    }

    static constexpr DWORD modifyPinCode = 0x42330007, tlvPropertiesCode = 0x42330012, executePaceCode = 0x42330020;
};
inline Script script;

inline const Bytes probe{0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00}; // is the card still there?

} // namespace eidkern::test

extern "C"
{
    using eidkern::test::script; // for the tests, too

    LONG SCardEstablishContext(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT context)
    {
        *context = 1;
        return SCARD_S_SUCCESS;
    }
    LONG SCardReleaseContext(SCARDCONTEXT) { return script.calls += "release ", SCARD_S_SUCCESS; }
    LONG SCardConnect(SCARDCONTEXT, LPCSTR, DWORD share, DWORD, LPSCARDHANDLE card, LPDWORD protocol)
    {
        *card = 2;
        *protocol = SCARD_PROTOCOL_T1;
        return script.calls += share == SCARD_SHARE_DIRECT ? "direct " : "connect ", script.next(script.connects);
    }
    LONG SCardReconnect(SCARDHANDLE, DWORD, DWORD, DWORD, LPDWORD) { return script.calls += "reconnect ", SCARD_S_SUCCESS; }
    LONG SCardDisconnect(SCARDHANDLE, DWORD how) { return script.calls += how == SCARD_RESET_CARD ? "reset " : "leave ", SCARD_S_SUCCESS; }
    LONG SCardBeginTransaction(SCARDHANDLE) { return script.calls += "begin ", script.next(script.begins); }
    LONG SCardEndTransaction(SCARDHANDLE, DWORD how)
    {
        return script.calls += how == SCARD_RESET_CARD ? "endWithReset " : "end ", how == SCARD_RESET_CARD ? script.next(script.ends) : SCARD_S_SUCCESS;
    }
    LONG SCardControl(SCARDHANDLE, DWORD code, LPCVOID request, DWORD size, LPVOID to, DWORD room, LPDWORD length)
    {
        eidkern::Bytes answer;
        const LONG result = script.control(code, {static_cast<const std::uint8_t*>(request), size}, answer);
        if (result != SCARD_S_SUCCESS) return result;
        if (answer.size() > room) return SCARD_E_INSUFFICIENT_BUFFER;
        std::ranges::copy(answer, static_cast<std::uint8_t*>(to));
        *length = answer.size();
        return SCARD_S_SUCCESS;
    }
    LONG SCardTransmit(SCARDHANDLE, const SCARD_IO_REQUEST*, LPCBYTE apdu, DWORD size, SCARD_IO_REQUEST*, LPBYTE to, LPDWORD length)
    {
        const bool ours = !std::ranges::equal(std::span(apdu, size), eidkern::test::probe);
        script.calls += ours ? "transmit " : "probe ";
        const LONG result = script.next(ours ? script.transmits : script.probes);
        std::copy(script.answer.begin(), script.answer.end(), to);
        *length = script.answer.size();
        return result;
    }
}
