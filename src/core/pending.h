// One operation in flight, seen from both ends.
//   Promise<T>  the producer's end (a socket, a card worker, a user interface). set() works once; false: nobody waits any more.
//   Pending<T>  the consumer's end. co_await it, or race it with firstOf(); moving it hands the wait over to another state;
//               dropping it abandons the operation.
//   start(task) runs a Task as an operation of its own; dropping its Pending destroys the task.
// Nothing resumes a coroutine inline: set() posts to the scheduler, which is the only resumer in the engine. That is also why
// a drop may destroy at once: an operation that somebody can drop is never on the stack.
#pragma once
#include <array>
#include <coroutine>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "core/scheduler.h"
#include "core/task.h"

namespace eidkern
{

template<typename T>
struct Slot
{
    explicit Slot(Scheduler& s) : scheduler(s) {}
    Scheduler& scheduler;
    std::optional<T> value;
    std::coroutine_handle<> waiter;
    bool abandoned = false;
    std::shared_ptr<void> operation; // the task behind it, if any
};

template<typename T>
class Promise
{
public:
    explicit Promise(std::shared_ptr<Slot<T>> slot) : slot_(std::move(slot)) {}

    bool set(T value) // a value that nobody waits for dies here: a PIN that was not asked for is never kept
    {
        if (slot_->value || slot_->abandoned) return false;
        slot_->value.emplace(std::move(value));
        slot_->scheduler.post([slot = slot_] {
            slot->operation.reset();
            if (auto waiter = std::exchange(slot->waiter, {})) waiter.resume();
        });
        return true;
    }
    bool wanted() const { return !slot_->value && !slot_->abandoned; }

private:
    std::shared_ptr<Slot<T>> slot_;
};

template<typename T>
class [[nodiscard]] Pending
{
public:
    explicit Pending(Scheduler& scheduler) : slot_(std::make_shared<Slot<T>>(scheduler)) {}
    Pending(Pending&&) noexcept = default;
    Pending& operator=(Pending&& other) noexcept
    {
        std::swap(slot_, other.slot_); // what was held here is abandoned with `other`
        return *this;
    }
    ~Pending()
    {
        if (!slot_) return;
        slot_->abandoned = true;
        slot_->waiter = {};
        slot_->operation.reset();
    }

    Promise<T> promise() const { return Promise<T>{slot_}; }
    bool ready() const { return slot_->value.has_value(); }
    const T& peek() const { return *slot_->value; } // only when ready()
    void setWaiter(std::coroutine_handle<> waiter) const { slot_->waiter = waiter; }
    void keep(std::shared_ptr<void> operation) const { slot_->operation = std::move(operation); }

    auto operator co_await() && noexcept
    {
        struct Awaiter
        {
            Pending pending; // lives in the awaiting frame: a dropped frame abandons the operation
            bool await_ready() const { return pending.ready(); }
            void await_suspend(std::coroutine_handle<> waiter) { pending.setWaiter(waiter); }
            T await_resume() { return std::move(*pending.slot_->value); }
        };
        return Awaiter{std::move(*this)};
    }

private:
    std::shared_ptr<Slot<T>> slot_;
};

// A Pending that is ready from the start.
template<typename T>
Pending<T> ready(Scheduler& scheduler, T value)
{
    Pending<T> pending(scheduler);
    pending.promise().set(std::move(value));
    return pending;
}

template<typename T>
Pending<T> start(Scheduler& scheduler, Task<T> task)
{
    static constexpr auto finish = [](Task<T> work, Promise<T> promise) -> Task<Done> {
        auto value = co_await std::move(work);
        promise.set(std::move(value));
        co_return Done{};
    };
    Pending<T> pending(scheduler);
    auto operation = std::make_shared<Task<Done>>(finish(std::move(task), pending.promise()));
    pending.keep(operation);
    operation->start();
    return pending;
}

// co_await firstOf(operation, ..., stop): the index of what came first. Stop, the last one given, wins every tie; then the
// order given decides. All of them stay alive: the caller decides what becomes of the losers.
template<typename... T>
auto firstOf(const Pending<T>&... pendings)
{
    struct Awaiter
    {
        std::tuple<const Pending<T>&...> all;
        explicit Awaiter(const Pending<T>&... p) : all(p...) {}
        Awaiter(const Awaiter&) = delete;
        ~Awaiter() { wake({}); }

        bool await_ready() const { return winner() < sizeof...(T); }
        void await_suspend(std::coroutine_handle<> waiter) { wake(waiter); }
        std::size_t await_resume()
        {
            wake({});
            return winner();
        }
        void wake(std::coroutine_handle<> waiter) const
        {
            std::apply([&](const auto&... p) { (p.setWaiter(waiter), ...); }, all);
        }
        std::size_t winner() const
        {
            const auto is = std::apply([](const auto&... p) { return std::array{p.ready()...}; }, all);
            if (is.back()) return is.size() - 1;
            std::size_t i = 0;
            while (i < is.size() && !is[i]) ++i;
            return i;
        }
    };
    return Awaiter(pendings...);
}

} // namespace eidkern
