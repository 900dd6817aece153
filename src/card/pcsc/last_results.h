// What each reader of this process answered last: the result of the operation on it (connecting, sending to the card, what it does at its pad) that was
// completed last, whoever asked for it and whether it succeeded or not. Operations run in the background, so that nobody who
// looks later has their result any more. From any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "card/pcsc/reader_monitor.h"

namespace eidkern::card
{

struct LastResult
{
    std::uint32_t code = 0;    // as scardValue() gives it; SCARD_S_SUCCESS is a result like any other
    std::string_view operation; // "connect", "transmit", "control"; empty: none has been completed yet
    std::chrono::steady_clock::time_point at; // of its completion
    bool operator==(const LastResult&) const = default;
};

// The readers that there are: a new one begins with SCARD_S_SUCCESS and no operation, one that is gone takes its result along.
void readersSeen(const ReaderPicture& picture);

// An operation has ended, also one that was cancelled or that nobody waits for any more. Too late for a reader that is gone.
void operationCompleted(const std::string& reader, LastResult result);

// Nothing: no such reader. Reading changes nothing, and gives a copy: there is no buffer that could be too small.
std::optional<LastResult> lastResult(const std::string& reader);

} // namespace eidkern::card
