// The readers of PC/SC and the cards in them, outside of a workflow. Like Engine: handlers are called from the Qt event loop
// of the thread that made the object, never from inside a call, and destroying it ends it at once.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eidkern/export.h"

namespace eidkern
{

// The result of the operation on a reader that this process completed last, success included. Operations are connecting to a
// card, sending to it, and what the reader does itself at its pad, of whatever engine or looker; watching readers and asking for
// their features are none. Unplugging the reader forgets it.
struct ReaderResult
{
    std::uint32_t code = 0;                   // of PC/SC, as on Windows: see scardText()
    std::string operation;                    // "connect", "transmit" or "control"; empty: none yet
    std::chrono::steady_clock::time_point at; // of its completion
};

// What a reader says of itself through its driver (PC/SC part 10). What it does not say, or garbles, it does not have.
struct ReaderFeatures
{
    bool pace = false;      // EXECUTE_PACE for the online ID function: a login takes PIN, CAN and PUK at the reader (TR-03119 Cat-S and Cat-K)
    bool paceEnds = false;  // and it can end that channel again; otherwise the card is reset for it
    bool qes = false;       // PACE for qualified signatures too (Cat-K)
    bool verifyPin = false; // a pad on which a PIN can be typed, without PACE: no use for a login
    bool modifyPin = false; // the same for changing a PIN
    bool extendedLength = true; // it passes on extended APDUs; who says nothing of it does
};

struct Reader
{
    std::string name;
    bool card = false, mute = false; // mute: the card does not respond, e.g. it lies the wrong way round
    bool exclusive = false;          // a program has it for itself
    ReaderResult last = {};          // at the time of telling
    unsigned insertion = 0;          // another one with each card that is put on it
    std::optional<ReaderFeatures> features = {}; // nothing: it has not answered yet
};

struct ReaderList
{
    bool service = false; // pcscd is there
    std::vector<Reader> readers;
};

// Tells the readers once, as soon as they are known, and then after every change. Each is asked for its features when it comes,
// with or without a card in it; no APDU is sent, and no card is powered or disturbed. The list waits for that, for half a second
// at most: a reader that another program uses answers later, which is a change. One that does not, because that program has it
// for itself, is asked again with the next change.
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
    ReaderFeatures features = {};     // of the reader
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
