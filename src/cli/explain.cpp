#include "cli/explain.h"

#include <memory>

#include "cli/options.h"

namespace eidkern::cli
{

void addExplainCommand(CLI::App& app, const char* name, const char* about, const char* example, ExitCode (*run)(const ExplainOptions&), ExitCode& result)
{
    const auto options = std::make_shared<ExplainOptions>();
    auto* command = app.add_subcommand(name, about);
    command->add_option("CODE", options->code, example);
    command->add_flag("--json", options->json, "one JSON object per code and line");
    addLanguage(*command, options->language);
    command->callback([options, run, &result] { result = run(*options); });
}

void writeExplained(const std::string& headline, const std::string& more, const std::vector<Row>& rows)
{
    writeLine(styled("1", headline, colours()) + more);
    writeTable(rows);
}

} // namespace eidkern::cli
