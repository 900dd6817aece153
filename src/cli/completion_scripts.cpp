#include <functional>

#include "cli/completion.h"

namespace eidkern::cli
{

namespace
{

void forEach(const CompletedCommand& command, const std::function<void(const CompletedCommand&)>& visit)
{
    visit(command);
    for (const auto& each : command.commands) forEach(each, visit);
}

std::string joined(const std::vector<std::string>& words, const char* between = " ") { return CLI::detail::join(words, between); }

std::vector<std::string> wordsAt(const CompletedCommand& command) // where neither an option's value nor a path is expected
{
    std::vector<std::string> words;
    for (const auto& each : command.commands) words.push_back(each.word);
    for (const auto& each : command.positionals) words.insert(words.end(), each.words.begin(), each.words.end());
    for (const auto& each : command.options) words.insert(words.end(), each.names.begin(), each.names.end());
    return words;
}

std::string quoted(const std::string& text) // for each of the three shells; a single quote cannot stand in single quotes
{
    std::string quoted = "'";
    for (const char c : text) c == '\'' ? quoted += "'\\''" : quoted += c;
    return quoted + "'";
}

std::string escaped(const std::string& text, std::string_view special)
{
    std::string escaped;
    for (const char c : text)
    {
        if (c == '\\' || special.find(c) != std::string_view::npos) escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string subcommands(const CompletedCommand& program, const char* between) // as paths, each quoted
{
    std::vector<std::string> paths;
    forEach(program, [&](const CompletedCommand& command) {
        for (const auto& each : command.commands) paths.push_back(quoted(each.path));
    });
    return joined(paths, between);
}

std::string zshFunction(const std::string& path)
{
    auto name = "_" + path;
    for (auto& c : name) c = c == ' ' || c == '-' ? '_' : c;
    return name;
}

std::string zshAction(const CompletedValue& value)
{
    const std::string paths = value.folders ? "_files -/" : value.files ? "_files" : "";
    const auto words = joined(value.words);
    const auto both = words.empty() ? paths : paths.empty() ? "(" + words + ")" : "{compadd -- " + words + "; " + paths + "}";
    return ":" + escaped(value.name, ":") + ":" + (both.empty() ? " " : both);
}

std::string zshCommand(const CompletedCommand& command)
{
    std::string script = zshFunction(command.path) + "() {\n";
    if (!command.commands.empty())
    {
        script += "  local -a commands=(\n";
        for (const auto& each : command.commands) script += "    " + quoted(each.word + ":" + escaped(each.about, ":")) + "\n";
        script += "  )\n  local state line\n  typeset -A opt_args\n";
    }
    script += "  _arguments -s";
    for (const auto& option : command.options)
        for (const auto& name : option.names)
            script += " \\\n    " + quoted("*" + name + "[" + escaped(option.about, "[]") + "]" + (option.takesValue ? zshAction(option.value) : ""));
    for (const auto& each : command.positionals) script += " \\\n    " + quoted(zshAction(each));
    if (command.commands.empty()) return script + "\n}\n\n";
    script +=
        " \\\n    '1:command:->command' '*::argument:->rest'\n  case $state in\n    command) _describe command commands ;;\n    rest)\n      case $line[1] in\n";
    for (const auto& each : command.commands) script += "        " + each.word + ") " + zshFunction(each.path) + " ;;\n";
    return script + "      esac ;;\n  esac\n}\n\n";
}

} // namespace

std::string bashCompletion(const CompletedCommand& program)
{
    std::string script = "# Completion of eidkern for bash, written by `eidkern completion bash`.\n"
                         "_eidkern()\n{\n"
                         "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=eidkern word words= paths=()\n"
                         "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                         "        case \"$command $word\" in\n"
                         "            "
                       + subcommands(program, " | ") + ") command=\"$command $word\" ;;\n        esac\n    done\n    case \"$command $previous\" in\n";
    const auto paths = [](const CompletedValue& value) { return value.files ? " paths=(-f)" : value.folders ? " paths=(-d)" : ""; };
    forEach(program, [&](const CompletedCommand& command) {
        for (const auto& option : command.options)
            if (option.takesValue)
                script += "        " + quoted(command.path + " " + option.names.back()) + ") words=" + quoted(joined(option.value.words)) + paths(option.value)
                        + " ;;\n";
    });
    script += "        *)\n            case \"$command\" in\n";
    forEach(program, [&](const CompletedCommand& command) {
        script += "                " + quoted(command.path) + ") words=" + quoted(joined(wordsAt(command)))
                + (command.positionals.empty() ? "" : paths(command.positionals.front())) + " ;;\n";
    });
    return script
         + "            esac ;;\n    esac\n    mapfile -t COMPREPLY < <(compgen \"${paths[@]}\" -W \"$words\" -- \"$current\")\n}\n"
           "complete -o filenames -F _eidkern eidkern\n";
}

std::string zshCompletion(const CompletedCommand& program)
{
    std::string script = "#compdef eidkern\n# Completion of eidkern for zsh, written by `eidkern completion zsh`.\n\n";
    forEach(program, [&](const CompletedCommand& command) { script += zshCommand(command); });
    return script + "if [ \"$funcstack[1]\" = _eidkern ]; then _eidkern \"$@\"; else compdef _eidkern eidkern; fi\n";
}

std::string fishCompletion(const CompletedCommand& program)
{
    std::string script =
        "# Completion of eidkern for fish, written by `eidkern completion fish`.\n"
        "function __eidkern_at\n    set -l path eidkern\n    for word in (commandline -opc)[2..]\n        switch \"$path $word\"\n            case "
        + subcommands(program, " ")
        + "\n                set path \"$path $word\"\n        end\n    end\n    test \"$path\" = \"$argv\"\nend\n\ncomplete -c eidkern -f\n";
    const auto values = [](const CompletedValue& value) {
        return std::string(value.files || value.folders ? " -F" : "") + (value.words.empty() ? "" : " -a " + quoted(joined(value.words)));
    };
    forEach(program, [&](const CompletedCommand& command) {
        const auto line = "complete -c eidkern -n '__eidkern_at " + command.path + "'";
        for (const auto& each : command.commands) script += line + " -a " + each.word + " -d " + quoted(each.about) + "\n";
        for (const auto& each : command.positionals)
            if (const auto value = values(each); !value.empty()) script += line + value + "\n";
        for (const auto& option : command.options)
        {
            script += line;
            for (const auto& name : option.names) script += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            script += (option.takesValue ? (option.value.files || option.value.folders ? " -r" : " -x") + values(option.value) : "") + " -d "
                    + quoted(option.about) + "\n";
        }
    });
    return script;
}

} // namespace eidkern::cli
