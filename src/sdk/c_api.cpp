// The C API: JsonApi on a thread of its own.
#include <atomic>
#include <cstdio>
#include <cstring>
#include <future>
#include <thread>

#include "eidkern/eidkern.h"
#include "eidkern/engine.h"
#include "eidkern/json_api.h"
#include "eidkern/loop_thread.h"
#include "eidkern/readers.h"
#include "sdk/c_settings.h"

using namespace eidkern;

static std::atomic<int> engines = 0;

struct eidkern_engine
{
public:
    eidkern_engine(eidkern_callback callback, void* context) : callback_(callback), context_(context) { ++engines; }
    eidkern_engine(const eidkern_engine&) = delete;
    ~eidkern_engine() // not on its own thread
    {
        if (api_) endPolitely();
        if (--engines == 0) finishPcsc(std::chrono::seconds(2));
    }

    // On the thread, because whoever uses Qt first counts as its main thread.
    tl::expected<void, std::string> open(std::string_view settings)
    {
        return thread_.call([&]() -> tl::expected<void, std::string> {
            auto chosen = sdk::settingsOf(settings);
            if (!chosen) return tl::unexpected(chosen.error());
            api_ = std::make_unique<JsonApi>(std::move(*chosen), [this](std::string_view message) { tell(message); });
            return {};
        });
    }

    eidkern_sent send(const char* command)
    {
        const auto length = ::strnlen(command, EIDKERN_LONGEST + 1);
        if (length > std::size_t(EIDKERN_LONGEST)) return EIDKERN_TOO_LONG;
        if (++waiting_ > EIDKERN_MOST) return --waiting_, EIDKERN_FULL;
        thread_.post([this, text = std::make_shared<const Secret>(std::string_view(command, length))] { // it may hold a PIN
            --waiting_;
            api_->receive(text->text());
        });
        return EIDKERN_TAKEN;
    }

    void free()
    {
        if (!thread_.here()) return delete this;
        freed_ = true;
        std::thread([this] { delete this; }).detach();
    }

private:
    void endPolitely()
    {
        std::promise<void> closed;
        thread_.post([&] { api_->close([&closed] { closed.set_value(); }); });
        closed.get_future().wait();
        thread_.call([&] { api_.reset(); });
    }

    void tell(std::string_view message)
    {
        if (!freed_) callback_(context_, std::string(message).c_str());
    }

    const eidkern_callback callback_;
    void* const context_;
    std::atomic<int> waiting_ = 0; // commands that were sent and not carried out
    bool freed_ = false;           // from inside the callback
    LoopThread thread_;
    std::unique_ptr<JsonApi> api_; // on the thread
};

static eidkern_engine* refuse(const char* reason, char* why, size_t size)
{
    if (why && size > 0) std::snprintf(why, size, "%s", reason);
    return nullptr;
}

const char* eidkern_version()
{
    static const std::string text(version());
    return text.c_str();
}

eidkern_engine* eidkern_new(const char* settings, eidkern_callback callback, void* context, char* why, size_t why_size)
{
    if (!callback) return refuse("there is no callback", why, why_size);
    const auto length = settings ? ::strnlen(settings, EIDKERN_LONGEST + 1) : 0;
    if (length > std::size_t(EIDKERN_LONGEST)) return refuse("the settings are too long", why, why_size);
    try
    {
        auto engine = std::make_unique<eidkern_engine>(callback, context);
        if (const auto opened = engine->open({settings ? settings : "", length}); !opened) return refuse(opened.error().c_str(), why, why_size);
        return engine.release();
    }
    catch (const std::exception& e) // no thread, no memory
    {
        return refuse(e.what(), why, why_size);
    }
}

eidkern_sent eidkern_send(eidkern_engine* engine, const char* command) { return engine && command ? engine->send(command) : EIDKERN_NULL; }

void eidkern_free(eidkern_engine* engine)
{
    if (engine) engine->free();
}
