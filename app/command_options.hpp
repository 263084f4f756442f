// The commands and their options, declared with CLI11. Only command_line.cpp and the completion scripts need them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/command_line.hpp"

namespace CLI {
class App;
}

namespace fairway::app {

/// What CLI11 writes while it parses, before it is turned into a Command.
struct CommandValues {
    std::vector<std::filesystem::path> paths;
    ServeOptions serve;
    ControllerCommand controller;             ///< its `serve` is not used
    std::vector<std::string> without_effect;  ///< flags of ingress-nginx that were given
    std::string output = "text";
    std::vector<std::string> request;
    std::string method;               ///< -X; empty: not given
    std::vector<std::string> fields;  ///< --header
    std::string source = "127.0.0.1";
    std::string admin;                 ///< --admin; empty: not given
    std::vector<std::string> objects;  ///< KIND [NAME]
    std::string form;                  ///< -o of get
    std::string ns = "default";
    bool all_namespaces = false;
    std::string shell;
    bool exported = false;
    bool version = false;
};

/// The whole command line. `values` outlives the App, which writes into it.
std::shared_ptr<CLI::App> declare_commands(CommandValues& values);

struct OptionInfo {
    std::vector<std::string> names;  ///< with dashes: {"-f", "--filename"}
    std::string description;         ///< one line
    bool takes_value = false;
    bool takes_path = false;
    bool hidden = false;               ///< accepted, but in no help: ingress-nginx's flags that ask for nothing here
    std::vector<std::string> choices;  ///< the values it can have, when they are few
};

struct CommandInfo {
    std::string name;
    std::string description;
    std::vector<OptionInfo> options;
    std::vector<std::string> choices;  ///< of its positional argument, when they are few
};

/// The same as plain values, in the order of `fairway --help`.
std::vector<CommandInfo> command_tree();

}  // namespace fairway::app
