// One line from standard input, without blocking the event loop; hidden input is not echoed. The line lives in a Secret.
#pragma once
#include <QSocketNotifier>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "eidkern/secret.h"

namespace eidkern::cli
{

class Prompt
{
public:
    Prompt() = default;
    ~Prompt() { stop(); }
    Prompt(const Prompt&) = delete;

    // Writes `question` and calls `answered` once with the line without its end. At the end of input: with nothing.
    void ask(std::string_view question, bool hidden, std::function<void(std::optional<Secret>)> answered);
    bool isOpen() const { return notifier_ != nullptr; }
    void stop(); // forgets an open question and gives the terminal its echo back

private:
    void read();
    void setEcho(bool on);

    std::unique_ptr<QSocketNotifier> notifier_;
    std::function<void(std::optional<Secret>)> answered_;
    Secret line_;
    bool hidden_ = false;
};

bool interactive(); // a person at a terminal

// The first line of a file descriptor. Nothing if it cannot be read or has more bytes.
std::optional<Secret> lineOf(int descriptor, std::size_t most);

} // namespace eidkern::cli
