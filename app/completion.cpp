#include "app/completion.hpp"

#include <fmt/format.h>

#include <iterator>

#include "app/command_options.hpp"

namespace fairway::app {

namespace {

using Out = std::back_insert_iterator<std::string>;

/// Text inside single quotes of a shell.
std::string shell_quoted(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'')
            result += "'\\''";
        else
            result += c;
    }
    return result + "'";
}

std::string joined_names(const OptionInfo& option, std::string_view separator) {
    return fmt::format("{}", fmt::join(option.names, separator));
}

/// What bash offers after an option that takes a value.
void bash_values(Out out, const OptionInfo& option) {
    if (option.takes_path)
        fmt::format_to(out, "        {}) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n",
                       joined_names(option, "|"));
    else if (!option.choices.empty())
        fmt::format_to(out, "        {}) COMPREPLY=($(compgen -W '{}' -- \"$current\")); return ;;\n",
                       joined_names(option, "|"), fmt::join(option.choices, " "));
    else if (option.takes_value)
        fmt::format_to(out, "        {}) return ;;\n", joined_names(option, "|"));
}

std::string bash_script(const std::vector<CommandInfo>& commands) {
    std::string text =
        "# bash completion of fairway: source <(fairway completion bash)\n_fairway() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n    COMPREPLY=()\n";
    const Out out(text);
    fmt::format_to(out, "    if [ \"$COMP_CWORD\" = 1 ]; then\n        COMPREPLY=($(compgen -W '");
    for (const CommandInfo& command : commands) fmt::format_to(out, "{} ", command.name);
    text += "--help --version' -- \"$current\"))\n        return\n    fi\n    case \"${COMP_WORDS[1]}\" in\n";
    for (const CommandInfo& command : commands) {
        fmt::format_to(out, "    {})\n        case \"$previous\" in\n", command.name);
        std::string words = fmt::format("{}", fmt::join(command.choices, " "));
        for (const OptionInfo& option : command.options) {
            bash_values(out, option);
            words += (words.empty() ? "" : " ") + joined_names(option, " ");
        }
        fmt::format_to(out, "        esac\n        COMPREPLY=($(compgen -W '{}' -- \"$current\")) ;;\n", words);
    }
    return text + "    esac\n}\ncomplete -o filenames -F _fairway fairway\n";
}

/// One argument of zsh's _arguments: '(-o --output)'{-o,--output}'[Form of the output]:value:(text json)'
std::string zsh_option(const OptionInfo& option) {
    std::string description;
    for (const char c : option.description) {
        if (c == '[' || c == ']' || c == ':') description += '\\';
        description += c;
    }
    std::string action;
    if (option.takes_path)
        action = ":path:_files";
    else if (!option.choices.empty())
        action = fmt::format(":value:({})", fmt::join(option.choices, " "));
    else if (option.takes_value)
        action = ":value: ";
    const std::string names = option.names.size() == 1 ? option.names.front() : "{" + joined_names(option, ",") + "}";
    return fmt::format("{}{}", names, shell_quoted("[" + description + "]" + action));
}

std::string zsh_script(const std::vector<CommandInfo>& commands) {
    std::string text = "#compdef fairway\n# zsh completion of fairway\n_fairway() {\n    local -a commands=(\n";
    const Out out(text);
    for (const CommandInfo& command : commands)
        fmt::format_to(out, "        {}\n", shell_quoted(command.name + ":" + command.description));
    text += "    )\n    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
            "    local command=$words[2]\n    shift words; (( CURRENT-- ))\n    case $command in\n";
    for (const CommandInfo& command : commands) {
        fmt::format_to(out, "    {}) _arguments", command.name);
        for (const OptionInfo& option : command.options) fmt::format_to(out, " \\\n        {}", zsh_option(option));
        if (!command.choices.empty())
            fmt::format_to(out, " \\\n        '1:value:({})'", fmt::join(command.choices, " "));
        text += " ;;\n";
    }
    return text + "    esac\n}\ncompdef _fairway fairway\n";
}

std::string fish_script(const std::vector<CommandInfo>& commands) {
    std::string text = "# fish completion of fairway\ncomplete -c fairway -f\n";
    const Out out(text);
    for (const CommandInfo& command : commands) {
        fmt::format_to(out, "complete -c fairway -n __fish_use_subcommand -a {} -d {}\n", command.name,
                       shell_quoted(command.description));
        const std::string condition = shell_quoted("__fish_seen_subcommand_from " + command.name);
        for (const OptionInfo& option : command.options) {
            fmt::format_to(out, "complete -c fairway -n {}", condition);
            for (const std::string& name : option.names)
                fmt::format_to(out, " {} {}", name.starts_with("--") ? "-l" : "-s",
                               name.substr(name.starts_with("--") ? 2 : 1));
            if (option.takes_path)
                text += " -r -F";
            else if (!option.choices.empty())
                fmt::format_to(out, " -x -a '{}'", fmt::join(option.choices, " "));
            else if (option.takes_value)
                text += " -x";
            fmt::format_to(out, " -d {}\n", shell_quoted(option.description));
        }
        if (!command.choices.empty())
            fmt::format_to(out, "complete -c fairway -n {} -a '{}'\n", condition, fmt::join(command.choices, " "));
    }
    return text;
}

}  // namespace

std::string completion_script(std::string_view shell) {
    auto commands = command_tree();
    for (CommandInfo& command : commands)
        std::erase_if(command.options, [](const OptionInfo& option) { return option.hidden; });
    if (shell == "bash") return bash_script(commands);
    if (shell == "zsh") return zsh_script(commands);
    return fish_script(commands);
}

}  // namespace fairway::app
