// The seam between those who carry messages of the JSON API (a WebSocket, an embedder's function) and what speaks it. One
// thread, Qt event loop. What is sent and received are whole texts: one JSON object each.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "eidkern/events.h"

namespace eidkern::sdk
{

// One client. Destroying it means that the client has gone: its workflow is ended politely and nothing is sent any more.
class Conversation
{
public:
    virtual ~Conversation() = default;
    virtual void receive(std::string_view text) = 0; // anything, also what is not JSON; answers come through `send`
};

// Who takes a browser's ?tcTokenURL=: the service while one of its clients is connected, or this process itself.
class Activator
{
public:
    using AnswerBrowser = std::function<void(const WorkflowFinished& end)>; // what the browser is told, and why: pages show the failure

    virtual ~Activator() = default;

    // A workflow of nobody who is connected runs, or still unwinds: new clients are to come back later.
    virtual bool busy() const = 0;

    // False: busy. `answer` is called once, unless the browser has gone before.
    virtual bool activate(std::optional<std::string> tcTokenUrl, AnswerBrowser answer) = 0;
    virtual void browserGone() = 0;
};

// All that a service does for its clients and for browsers, whoever carries it.
class Service : public Activator
{
public:
    using Send = std::function<void(std::string_view text)>; // the text is read before it returns

    // `send` is never called from inside open() nor receive()'s caller's destructor; it may be called at any time until the
    // conversation is destroyed. The first messages (READER) follow without being asked for.
    virtual std::unique_ptr<Conversation> open(Send send) = 0;
    virtual std::size_t mostClients() const = 0; // at the same time

    // `call` comes from the event loop, once, when nothing of clients who have gone is left to be ended.
    virtual void whenNobodyLeaves(std::function<void()> call) = 0;
};

} // namespace eidkern::sdk
