// Task<T>: a lazy coroutine with one awaiter. Destroying the Task destroys its frame and everything it waits for.
#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace eidkern
{

template<typename T>
class [[nodiscard]] Task
{
public:
    struct promise_type
    {
        struct ToAwaiter // symmetric transfer: a chain of finished tasks needs no stack
        {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept { return self.promise().continuation; }
            void await_resume() noexcept {}
        };

        std::optional<T> value;
        std::coroutine_handle<> continuation = std::noop_coroutine();

        Task get_return_object() { return Task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        ToAwaiter final_suspend() noexcept { return {}; }
        void return_value(T v) { value.emplace(std::move(v)); }
        void unhandled_exception() { std::terminate(); } // failures travel as values
    };

    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&& other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Task()
    {
        if (handle_) handle_.destroy();
    }

    auto operator co_await() && noexcept
    {
        struct Awaiter
        {
            std::coroutine_handle<promise_type> handle;
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept
            {
                handle.promise().continuation = caller;
                return handle;
            }
            T await_resume() { return std::move(*handle.promise().value); }
        };
        return Awaiter{handle_};
    }

    void start() { handle_.resume(); } // runs to its first wait
    bool done() const { return handle_.done(); }
    T take() { return std::move(*handle_.promise().value); } // once, after done()

private:
    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

struct Done // Task<Done> and Pending<Done>: that it happened is all there is to know
{
};

} // namespace eidkern
