// An option of the command line whose value is more than text.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

namespace fairway::app {

/// An option whose value becomes a T by `parse`, which explains what is wrong with it.
template <class T, class Parse>
CLI::Option* add_parsed(CLI::App& command, const std::string& name, T& target, Parse parse, const std::string& help) {
    const auto set = [name, &target, parse](const std::string& text) {
        auto value = parse(text);
        if (!value) throw CLI::ValidationError(name, value.error().message);
        target = std::move(*value);
    };
    return command.add_option_function<std::string>(name, set, help);
}

}  // namespace fairway::app
