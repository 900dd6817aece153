// The one place that resumes coroutines and calls the embedder. The product's is the Qt event loop; tests pump their own.
#pragma once
#include <functional>

namespace eidkern
{

class Scheduler
{
public:
    virtual ~Scheduler() = default;
    virtual void post(std::function<void()> job) = 0; // runs later, in order of posting, never inside post(); from any thread
};

} // namespace eidkern
