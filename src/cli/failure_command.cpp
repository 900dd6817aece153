#include "cli/failure_command.h"

#include <memory>

#include "cli/failure_text.h"
#include "cli/nearest.h"
#include "cli/options.h"
#include "cli/printable.h"

namespace eidkern::cli
{

namespace
{

struct Options
{
    std::string code;
    bool json = false;
    Language language = Language::English;
};

void writeJson(const FailureEntry& entry, Language language) { writeLine(jsonLine(jsonOf(entry, language))); }

std::string standing(const FailureEntry& entry, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    if (!entry.live) return in({"reserviert", "reserved"});
    if (!entry.waiting.empty()) return in({"wartet auf ", "waits for "}) + std::string(entry.waiting);
    if (!entry.ruledOut.english.empty()) return in({"kann nicht auftreten", "cannot happen"});
    return std::to_string(int(exitCode(entry.origin)));
}

void list(const Options& options)
{
    if (options.json)
        for (const auto& entry : failureCatalogue()) writeJson(entry, options.language);
    else if (!isTerminal())
        for (const auto& entry : failureCatalogue()) writeLine(std::string(entry.name));
    else
    {
        std::vector<Row> rows{{"Code", "Exit"}};
        for (const auto& entry : failureCatalogue()) rows.push_back({std::string(entry.name), standing(entry, options.language)});
        for (const auto& line : tableLines(rows, terminalWidth(), colours())) writeLine(line);
    }
}

ExitCode failure(const Options& options)
{
    if (options.code.empty()) return list(options), ExitCode::Success;
    const auto code = failureCode(options.code);
    if (!code)
    {
        std::vector<std::string_view> names;
        for (const auto& entry : failureCatalogue()) names.push_back(entry.name);
        return complainUnknown("failure code", options.code, names), ExitCode::Usage;
    }
    const auto& entry = describe(*code);
    if (options.json) return writeJson(entry, options.language), ExitCode::Success;
    writeLine(styled("1", std::string(entry.name), colours()));
    for (const auto& line : tableLines(rowsOf(entry, options.language), terminalWidth(), colours())) writeLine(line);
    return ExitCode::Success;
}

} // namespace

void addFailureCommand(CLI::App& app, ExitCode& result)
{
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("failure", "explain a failure code, or list them all");
    command->add_option("CODE", options->code, "e.g. Card_Removed");
    command->add_flag("--json", options->json, "one JSON object per code and line");
    addLanguage(*command, options->language);
    command->callback([options, &result] { result = failure(*options); });
}

} // namespace eidkern::cli
