#include "cli/prompt.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <termios.h>
#include <unistd.h>
#include <utility>

#include "cli/layout.h"

namespace eidkern::cli
{

void Prompt::ask(std::string_view question, bool hidden, std::function<void(std::optional<Secret>)> answered)
{
    stop();
    answered_ = std::move(answered);
    hidden_ = hidden;
    if (hidden_) setEcho(false); // before anybody can see that something is to be typed
    std::fwrite(question.data(), 1, question.size(), stdout);
    std::fflush(stdout);
    notifier_ = std::make_unique<QSocketNotifier>(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(notifier_.get(), &QSocketNotifier::activated, notifier_.get(), [this] { read(); });
}

void Prompt::stop()
{
    if (notifier_)
    {
        notifier_->setEnabled(false); // Qt has place for one at a time
        notifier_.release()->deleteLater(); // may run inside its own signal
    }
    if (std::exchange(hidden_, false)) setEcho(true);
    answered_ = {};
    line_.wipe();
}

void Prompt::read() // the terminal hands over whole lines
{
    auto block = Secret::ofSize(256);
    const auto got = ::read(STDIN_FILENO, block.data(), block.size());
    const auto bytes = block.view().first(got > 0 ? std::size_t(got) : 0);
    const auto end = std::ranges::find(bytes, std::uint8_t('\n'));
    auto line = Secret::ofSize(line_.size() + std::size_t(end - bytes.begin()));
    std::ranges::copy(line_.view(), line.data());
    std::copy(bytes.begin(), end, line.data() + line_.size());
    line_ = std::move(line);
    if (got > 0 && end == bytes.end() && line_.size() < 4096) return;
    if (hidden_) std::fputc('\n', stdout); // the one that was not echoed
    auto answer = got > 0 ? std::optional(std::move(line_)) : std::nullopt;
    const auto answered = std::exchange(answered_, {});
    stop();
    answered(std::move(answer));
}

void Prompt::setEcho(bool on)
{
    termios settings{};
    if (::tcgetattr(STDIN_FILENO, &settings) != 0) return;
    settings.c_lflag = on ? settings.c_lflag | ECHO : settings.c_lflag & ~tcflag_t(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

bool interactive() { return ::isatty(STDIN_FILENO) && isTerminal(); }

std::optional<Secret> lineOf(int descriptor, std::size_t most)
{
    auto block = Secret::ofSize(most + 1);
    std::size_t size = 0;
    while (size < block.size())
    {
        const auto got = ::read(descriptor, block.data() + size, 1);
        if (got < 0) return {};
        if (got == 0 || block.data()[size] == '\n') return Secret(block.view().first(size));
        ++size;
    }
    return {};
}

} // namespace eidkern::cli
