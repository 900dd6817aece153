// Browsers' logins for an engine of this process: whoever runs it is asked.
#pragma once
#include "eidkern/engine.h"
#include "sdk/conversation.h"

namespace eidkern::sdk
{

class EngineActivator final : public Activator
{
public:
    // `handler` gets the events of each login; it may destroy this, and the engine.
    EngineActivator(Engine& engine, Engine::Handler handler) : engine_(engine), handler_(std::make_shared<Engine::Handler>(std::move(handler))) {}

    bool busy() const override { return engine_.running(); }
    void browserGone() override { engine_.browserGone(); }
    bool activate(std::optional<std::string> tcTokenUrl, AnswerBrowser answer) override
    {
        return engine_.authenticate(std::move(tcTokenUrl), [handler = handler_, answer = std::move(answer)](Event& event) {
            if (const auto* end = std::get_if<WorkflowFinished>(&event)) answer(*end);
            (*handler)(event);
        });
    }

private:
    Engine& engine_;
    const std::shared_ptr<Engine::Handler> handler_;
};

} // namespace eidkern::sdk
