#include "app/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "app/command_options.hpp"

namespace fairway::app {
namespace {

using testing::HasSubstr;

/// What bash offers for a command line of which the last word is being typed.
std::string bash_offers(const std::string& words, int last_index) {
    const std::string file =
        testing::TempDir() + "fairway-completion-" + std::to_string(::getpid()) + ".bash";  // tests run in parallel
    std::ofstream(file) << completion_script("bash") << "COMP_WORDS=(" << words << ")\nCOMP_CWORD=" << last_index
                        << "\n_fairway\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    FILE* const pipe = ::popen(("bash " + file).c_str(), "r");
    std::string text;
    std::array<char, 4096> buffer{};
    while (const std::size_t read = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), read);
    EXPECT_EQ(::pclose(pipe), 0);
    std::filesystem::remove(file);
    return text;
}

TEST(Completion, BashOffersCommands) { EXPECT_EQ(bash_offers("fairway ex", 1), "explain\n"); }

TEST(Completion, BashOffersOptionsAndTheirValues) {
    EXPECT_EQ(bash_offers("fairway run --http", 2), "--http-port\n--https-port\n");
    EXPECT_EQ(bash_offers("fairway run --log-level w", 3), "warn\n");
    EXPECT_EQ(bash_offers("fairway completion z", 2), "zsh\n");
    EXPECT_EQ(bash_offers("fairway lint --ku", 2), "--kubeconfig\n--kube-context\n");
}

TEST(Completion, OffersEveryFlagOfEveryCommand) {
    const auto zsh = completion_script("zsh");
    const auto fish = completion_script("fish");
    for (const auto& command : command_tree()) {
        const auto offered = "\n" + bash_offers("fairway " + command.name + " -", 2);
        for (const auto& option : command.options) {
            for (const auto& name : option.names) {
                const auto line = "\n" + name + "\n";
                EXPECT_EQ(offered.find(line) != std::string::npos, !option.hidden) << command.name << " " << name;
            }
            if (option.hidden) continue;
            EXPECT_THAT(zsh, HasSubstr(option.names.back()));
            EXPECT_THAT(fish, HasSubstr(" -l " + option.names.back().substr(2)));
        }
    }
}

TEST(Completion, ZshAndFishKnowEveryCommand) {
    for (const char* shell : {"zsh", "fish"})
        for (const char* command : {"run", "demo", "controller", "lint", "explain", "env", "version", "completion"})
            EXPECT_THAT(completion_script(shell), HasSubstr(command)) << shell;
    EXPECT_THAT(completion_script("fish"), HasSubstr("-s f -l filename -r -F"));
    EXPECT_THAT(completion_script("zsh"), HasSubstr("{-f,--filename}"));
}

}  // namespace
}  // namespace fairway::app
