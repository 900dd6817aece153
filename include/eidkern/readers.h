// The readers of PC/SC and the cards in them, outside of a workflow. Like Engine: handlers are called from the Qt event loop
// of the thread that made the object, never from inside a call, and destroying it ends it at once.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eidkern/export.h"

namespace eidkern
{

// The result of the operation on a reader that this process completed last, success included. Operations are connecting to a
// card and sending to it, of whatever engine or looker; watching readers is none. Unplugging the reader forgets it.
struct ReaderResult
{
    std::uint32_t code = 0;                   // of PC/SC, as on Windows: see scardText()
    std::string operation;                    // "connect" or "transmit"; empty: none yet
    std::chrono::steady_clock::time_point at; // of its completion
};

struct Reader
{
    std::string name;
    bool card = false, mute = false; // mute: the card does not respond, e.g. it lies the wrong way round
    bool exclusive = false;          // a program has it for itself
    ReaderResult last = {};          // at the time of telling
    unsigned insertion = 0;          // another one with each card that is put on it
};

struct ReaderList
{
    bool service = false; // pcscd is there
    std::vector<Reader> readers;
};

// Tells the readers once, as soon as they are known, and then after every change.
class EIDKERN_API ReaderWatch
{
public:
    explicit ReaderWatch(std::function<void(const ReaderList&)> handler);
    ~ReaderWatch();
    ReaderWatch(const ReaderWatch&) = delete;

private:
    class EIDKERN_LOCAL Impl;
    std::unique_ptr<Impl> impl_;
};

enum class LookResult {
    Recognised,
    NoCard,       // no such reader, no card in it, or one that does not respond
    NoEidCard,
    NotReachable, // another program has the card for itself, or the connection failed
    NoService     // pcscd is not running
};

struct PaceProtocol
{
    std::string name;  // "AES-128", "AES-192" or "AES-256": PACE with ECDH, generic mapping
    int parameterId = 0; // of the standardised curve, TR-03110-3 A.2.1.1
};

struct CardLook
{
    LookResult result = LookResult::NoCard;
    std::string reader, type;   // type as in CardFound
    int triesLeft = 0;          // of the PIN: 3 .. 0
    bool deactivated = false;   // the online function is switched off
    std::size_t efCardAccessSize = 0; // bytes
    std::vector<PaceProtocol> pace;   // those that we can run
    int chipAuthentications = 0;      // how many that we can run are announced
    ReaderResult last = {};           // of the reader, after the look
};

// Recognises the card in the reader of this name, or the first one in any if it is empty. No PIN is used, nothing is changed.
class EIDKERN_API CardLooker
{
public:
    CardLooker(std::string reader, std::function<void(const CardLook&)> handler); // called once
    ~CardLooker();
    CardLooker(const CardLooker&) = delete;

private:
    class EIDKERN_LOCAL Impl;
    std::unique_ptr<Impl> impl_;
};

// Before the end of main(): gives threads that still give cards back some time. False: one is held by another program or by
// pcscd; leave by std::_Exit() then, static destructors would run beside it.
EIDKERN_API bool finishPcsc(std::chrono::milliseconds atMost);

} // namespace eidkern
