// What the commands that explain codes have in common: their options, and a headline with rows below it.
#pragma once
#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "cli/exit_codes.h"
#include "cli/layout.h"
#include "cli/texts.h"

namespace eidkern::cli
{

struct ExplainOptions
{
    std::string code; // empty: list them all
    bool json = false;
    Language language = Language::English;
};

// A command with CODE, --json and --lang, which runs while `app` parses.
void addExplainCommand(CLI::App& app, const char* name, const char* about, const char* example, ExitCode (*run)(const ExplainOptions&), ExitCode& result);

void writeExplained(const std::string& headline, const std::string& more, const std::vector<Row>& rows); // `more` stands behind the headline

} // namespace eidkern::cli
