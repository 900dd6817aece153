// The threads inside PC/SC. None is ever joined, because any may be held there by another program: each owns what it uses
// and ends by itself.
#pragma once
#include <chrono>
#include <functional>

namespace eidkern::card
{

void startThread(std::function<void()> body);

// Waits until all have ended; false: not in that time. The process must not run its static destructors then.
bool threadsEnded(std::chrono::milliseconds atMost);

} // namespace eidkern::card
