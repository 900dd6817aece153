// pcsc-lite as a script, with one reader and a simulated card in it. For one source of a program: its functions win over those of
// the library.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <winscard.h>

#include "card/simulator/simulated_card.h"

namespace eidkern::test
{

struct Hardware
{
    std::mutex mutex; // of all of it
    std::condition_variable changed;
    std::set<SCARDCONTEXT> cancelled = {};
    SCARDCONTEXT contexts = 0;
    std::unique_ptr<card::SimulatedCard> card = {};
    DWORD insertions = 0;          // pcscd's counter
    std::deque<LONG> connects = {}; // results in order; then success
    int connections = 0;           // that were wanted
    bool held = false;             // they take until it is not
    bool gone = false;             // pcscd is
    std::uint8_t named = 0;        // the password that MSE:Set AT has named last
    std::string tried = {};        // those for which the card got the last command of PACE

    void put(std::unique_ptr<card::SimulatedCard> another) // in the place of the one that is there
    {
        const std::lock_guard lock(mutex);
        card = std::move(another);
        insertions += 2;
        connects.clear();
        connections = 0;
        tried.clear();
        changed.notify_all();
    }
};
inline Hardware hardware;

} // namespace eidkern::test

extern "C"
{
    using eidkern::test::hardware; // for the tests, too

    LONG SCardEstablishContext(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT context)
    {
        const std::lock_guard lock(hardware.mutex);
        return *context = ++hardware.contexts, hardware.gone ? SCARD_E_NO_SERVICE : SCARD_S_SUCCESS;
    }
    LONG SCardReleaseContext(SCARDCONTEXT) { return SCARD_S_SUCCESS; }
    LONG SCardListReaders(SCARDCONTEXT, LPCSTR, LPSTR to, LPDWORD size)
    {
        static constexpr char names[] = "Scripted Reader\0";
        if (to) std::memcpy(to, names, sizeof names);
        return *size = sizeof names, SCARD_S_SUCCESS;
    }
    LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE* states, DWORD count)
    {
        std::unique_lock lock(hardware.mutex);
        const auto isNew = [&] { return states[0].dwCurrentState >> 16 != hardware.insertions; };
        if (timeout > 0) hardware.changed.wait(lock, [&] { return isNew() || hardware.gone || hardware.cancelled.contains(context); });
        if (hardware.gone) return SCARD_E_NO_SERVICE;
        if (hardware.cancelled.contains(context)) return SCARD_E_CANCELLED;
        for (DWORD i = 0; i < count; ++i) states[i].dwEventState = hardware.insertions << 16 | SCARD_STATE_PRESENT;
        return SCARD_S_SUCCESS;
    }
    LONG SCardCancel(SCARDCONTEXT context)
    {
        const std::lock_guard lock(hardware.mutex);
        hardware.cancelled.insert(context);
        hardware.changed.notify_all();
        return SCARD_S_SUCCESS;
    }
    LONG SCardConnect(SCARDCONTEXT, LPCSTR, DWORD, DWORD, LPSCARDHANDLE card, LPDWORD protocol)
    {
        std::unique_lock lock(hardware.mutex);
        ++hardware.connections;
        hardware.changed.wait(lock, [] { return !hardware.held; });
        *card = 1;
        *protocol = SCARD_PROTOCOL_T1;
        if (hardware.connects.empty()) return SCARD_S_SUCCESS;
        const LONG result = hardware.connects.front();
        hardware.connects.pop_front();
        return result;
    }
    LONG SCardDisconnect(SCARDHANDLE, DWORD how)
    {
        const std::lock_guard lock(hardware.mutex);
        if (how == SCARD_RESET_CARD) hardware.card->reset();
        return SCARD_S_SUCCESS;
    }
    LONG SCardReconnect(SCARDHANDLE, DWORD, DWORD, DWORD, LPDWORD) { return SCARD_S_SUCCESS; }
    LONG SCardBeginTransaction(SCARDHANDLE) { return SCARD_S_SUCCESS; }
    LONG SCardEndTransaction(SCARDHANDLE card, DWORD how) { return SCardDisconnect(card, how); }
    LONG SCardControl(SCARDHANDLE, DWORD, LPCVOID, DWORD, LPVOID, DWORD, LPDWORD) { return SCARD_E_UNSUPPORTED_FEATURE; }
    LONG SCardTransmit(SCARDHANDLE, const SCARD_IO_REQUEST*, LPCBYTE apdu, DWORD size, SCARD_IO_REQUEST*, LPBYTE to, LPDWORD length)
    {
        static constexpr std::uint8_t passwordTag[] = {0x83, 0x01};
        const std::lock_guard lock(hardware.mutex);
        const eidkern::ByteView command(apdu, size);
        const auto answer = hardware.card->transmit(command);
        std::ranges::copy(answer, to);
        *length = answer.size();
        const auto found = std::ranges::search(command, passwordTag);
        if (command[1] == 0x22 && found.end() < command.end()) hardware.named = *found.end();
        if (eidkern::toHex(command).starts_with("00860000")) hardware.tried += hardware.named == 3 ? "PIN " : hardware.named == 2 ? "CAN " : "? ";
        return SCARD_S_SUCCESS;
    }
}
