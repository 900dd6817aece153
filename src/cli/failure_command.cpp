#include "cli/failure_command.h"

#include "cli/explain.h"
#include "cli/failure_text.h"
#include "cli/nearest.h"
#include "cli/printable.h"

namespace eidkern::cli
{

namespace
{

void writeJson(const FailureEntry& entry, Language language) { writeLine(jsonLine(jsonOf(entry, language))); }

std::string standing(const FailureEntry& entry, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    if (!entry.live) return in({"reserviert", "reserved"});
    if (!entry.waiting.empty()) return in({"wartet auf ", "waits for "}) + std::string(entry.waiting);
    if (!entry.ruledOut.english.empty()) return in({"kann nicht auftreten", "cannot happen"});
    return std::to_string(int(exitCode(entry.origin)));
}

void list(const ExplainOptions& options)
{
    if (options.json)
        for (const auto& entry : failureCatalogue()) writeJson(entry, options.language);
    else if (!isTerminal())
        for (const auto& entry : failureCatalogue()) writeLine(std::string(entry.name));
    else
    {
        std::vector<Row> rows{{"Code", "Exit"}};
        for (const auto& entry : failureCatalogue()) rows.push_back({std::string(entry.name), standing(entry, options.language)});
        writeTable(rows);
    }
}

ExitCode failure(const ExplainOptions& options)
{
    if (options.code.empty()) return list(options), ExitCode::Success;
    const auto code = failureCode(options.code);
    if (!code) return complainUnknown("failure code", options.code, failureCatalogue()), ExitCode::Usage;
    const auto& entry = describe(*code);
    if (options.json) return writeJson(entry, options.language), ExitCode::Success;
    writeExplained(std::string(entry.name), "", rowsOf(entry, options.language));
    return ExitCode::Success;
}

} // namespace

void addFailureCommand(CLI::App& app, ExitCode& result)
{
    addExplainCommand(app, "failure", "explain a failure code, or list them all", "e.g. Card_Removed", failure, result);
}

} // namespace eidkern::cli
