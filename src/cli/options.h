// Options that several commands have.
#pragma once
#include <CLI/CLI.hpp>

#include "cli/texts.h"

namespace eidkern::cli
{

// --lang; unless it is given, `language` becomes that of the environment.
inline void addLanguage(CLI::App& command, Language& language)
{
    static const std::map<std::string, Language> languages{{"de", Language::German}, {"en", Language::English}};
    language = languageOfEnvironment();
    command.add_option("--lang", language, "language of the texts (default: of the environment)")
        ->transform(CLI::CheckedTransformer(languages).description(""))
        ->type_name("de|en");
}

} // namespace eidkern::cli
