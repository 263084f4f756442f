// fairway: one program, several commands. What it can do: `fairway --help`.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "app/commands.hpp"

int main(int argc, char** argv) {
    using namespace fairway::app;
    try {
        const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
        return execute(parse_command_line(argc > 0 ? argv[0] : "fairway", arguments, ::geteuid() == 0));
    } catch (const WrongConfiguration& error) {
        fmt::print(stderr, "fairway: {}\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "fairway: {}\n", error.what());
        return 1;
    }
}
