#include <algorithm>
#include <cstdio>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

#include "cli/own_data.h"
#include "cli/view.h"

namespace eidkern::cli
{

namespace
{

std::size_t columns(std::string_view utf8) // each code point one column: enough for our labels
{
    std::size_t count = 0;
    for (const char c : utf8) count += (std::uint8_t(c) & 0xC0) != 0x80;
    return count;
}

std::string printable(std::string_view text) // what comes from a service or a card must not steer the terminal
{
    std::string safe;
    for (const char c : text)
        if (c != '\r') safe += c == '\n' || std::uint8_t(c) >= 0x20 ? (c == 0x7F ? '?' : c) : '?';
    for (std::size_t at = 0; (at = safe.find('\xC2', at)) != std::string::npos; ++at) // C1 controls: C2 80 .. C2 9F
        if (at + 1 < safe.size() && std::uint8_t(safe[at + 1]) >= 0x80 && std::uint8_t(safe[at + 1]) < 0xA0) safe.replace(at, 2, "?");
    return safe;
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) // at line ends, and at blanks where a line is too long
{
    std::vector<std::string> lines{""};
    std::string word;
    const auto flush = [&] {
        const bool first = lines.back().empty();
        if (!first && columns(lines.back()) + 1 + columns(word) > width) lines.emplace_back(word);
        else lines.back().append(first ? "" : " ").append(word);
        word.clear();
    };
    for (const char c : text)
    {
        if (c == ' ') flush();
        else if (c != '\n') word += c;
        else
        {
            flush();
            lines.emplace_back();
        }
    }
    flush();
    return lines;
}

std::size_t terminalWidth() // in columns; without a terminal nothing is wrapped
{
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100'000;
}

class TerminalView final : public View
{
public:
    TerminalView(Language language, bool colours) : language_(language), colours_(colours) {}

    void show(const StateEntered& e) override { line(styled("2", bar(e.percent) + " " + std::string(e.state))); }

    void show(const RightsAsked& e) override
    {
        std::vector<Row> rows{{t(Text::Service), e.service.name},
                              {t(Text::Address), e.service.url},
                              {t(Text::IssuedBy), e.service.issuerName},
                              {t(Text::ValidFromTo), e.service.validFrom + " – " + e.service.validUntil},
                              {t(Text::Purpose), e.service.purpose}};
        if (!e.transactionInfo.empty()) rows.push_back({t(Text::Transaction), e.transactionInfo});
        if (!e.required.empty() || e.optional.empty()) rows.push_back({t(Text::Required), e.required.empty() ? t(Text::NoRights) : list(e.required)});
        if (!e.optional.empty()) rows.push_back({t(Text::Optional), list(e.optional)});
        if (e.requiredAge) rows.push_back({t(Text::RequiredAge), std::to_string(*e.requiredAge)});
        line("");
        table(rows);
    }

    void show(const PasswordAsked& e) override
    {
        line("");
        if (e.wrongBefore) line(styled("31", t(Text::WrongBefore)));
        if (e.password == Password::Can && !e.wrongBefore) line(t(Text::CanBecause));
        if (e.password == Password::Puk && !e.wrongBefore) line(t(Text::PukBecause));
        if (e.password == Password::Pin && e.triesLeft < 3) line("(" + t(Text::TriesLeft) + ": " + std::to_string(e.triesLeft) + ")");
    }

    void show(const CardWanted& e) override { line(t(e.anotherType ? Text::WrongCardType : Text::InsertCard)); }

    void show(const CardFound& e) override
    {
        line(t(Text::CardFound) + ": " + e.reader + " (" + e.type + ")");
        if (e.deactivated) line(styled("31", t(Text::Deactivated)));
    }

    void show(const LinkCertificateLearned&) override {}

    void show(const WorkflowFinished& e) override
    {
        line("");
        if (e.failure) failed(*e.failure);
        if (!e.failure && !e.ownData.empty())
        {
            line(styled("1", t(Text::OwnData) + ":"));
            line("");
            table(rowsOf(e.ownData, language_));
            line("");
        }
        else if (!e.browserLocation.empty()) line(t(Text::BrowserGoesTo) + ": " + printable(e.browserLocation));
        if (!e.failure) line(styled("32", t(Text::Success)));
    }

    void say(std::string_view text) override { line(std::string(text)); }

private:
    std::string t(Text which) const { return std::string(text(which, language_)); }
    std::string styled(std::string_view style, const std::string& text) const
    {
        return colours_ ? "\033[" + std::string(style) + "m" + text + "\033[0m" : text;
    }
    static std::string bar(int percent)
    {
        std::string text = std::to_string(percent) + " %";
        return std::string(5 - text.size(), ' ') + text;
    }
    std::string list(const std::vector<std::string>& rights) const
    {
        std::string text;
        for (const auto& right : rights) text.append(text.empty() ? "" : ", ").append(rightLabel(right, language_));
        return text;
    }

    void failed(const Failure& failure) const
    {
        const auto& entry = describe(failure.code);
        line(styled("31;1", t(Text::Failed) + ": " + std::string(entry.name))
             + (failure.state.empty() ? "" : " (" + t(Text::RaisedIn) + " " + failure.state + ")"));
        line(std::string(entry.cause(language_)));
        for (const auto& [key, value] : failure.info)
            if (!value.empty()) line("  " + key + ": " + printable(value));
        if (entry.hints(language_).empty()) return;
        line(t(Text::WhatToDo) + ":");
        for (const auto hint : entry.hints(language_)) line("  • " + std::string(hint));
    }

    void table(const std::vector<Row>& rows) const
    {
        std::size_t width = 0;
        for (const auto& row : rows) width = std::max(width, columns(row.label));
        for (const auto& row : rows)
        {
            auto label = "  " + styled("1", row.label) + std::string(width - columns(row.label) + 2, ' ');
            for (const auto& piece : wrapped(printable(row.value), width_ - std::min(width_ / 2, width + 4)))
            {
                line(label + piece);
                label = std::string(width + 4, ' ');
            }
        }
    }

    void line(const std::string& text) const
    {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fputc('\n', stdout);
        std::fflush(stdout);
    }

    Language language_;
    bool colours_;
    std::size_t width_ = terminalWidth();
};

} // namespace

std::unique_ptr<View> terminalView(Language language, bool colours) { return std::make_unique<TerminalView>(language, colours); }

} // namespace eidkern::cli
