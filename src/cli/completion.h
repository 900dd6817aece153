// What a shell needs to complete the command line, read from the tables of CLI11 that also parse it: `eidkern completion SHELL`.
#pragma once
#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace eidkern::cli
{

struct CompletedValue // of an option, or of a positional
{
    std::string name;               // for people: "FILE", "de|en"
    std::vector<std::string> words; // what it may be; none: anything
    bool files = false, folders = false;
};

struct CompletedOption
{
    std::vector<std::string> names; // "-h", "--help"
    std::string about;
    bool takesValue = false;
    CompletedValue value;
};

struct CompletedCommand
{
    std::string path, word, about; // path: "eidkern card show", word: "show"
    std::vector<CompletedOption> options;
    std::vector<CompletedValue> positionals;
    std::vector<CompletedCommand> commands;
};

CompletedCommand completed(const CLI::App& app, const std::string& parent = {});

std::string bashCompletion(const CompletedCommand& program);
std::string zshCompletion(const CompletedCommand& program);
std::string fishCompletion(const CompletedCommand& program);

void addCompletionCommand(CLI::App& app); // runs while `app` parses

} // namespace eidkern::cli
