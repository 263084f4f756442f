#include "app/wait_shutdown.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace fairway::app {
namespace {

namespace fs = std::filesystem;
using Pids = std::vector<pid_t>;

constexpr std::string_view kController("fairway\0controller\0--http-port=80\0", 34);

/// A folder like /proc.
class WaitShutdown : public testing::Test {
protected:
    ~WaitShutdown() override { fs::remove_all(proc_); }

    void add(const std::string& name, std::string_view command_line, const std::string& cgroup = "/pod/a") {
        fs::create_directories(proc_ / name);
        std::ofstream(proc_ / name / "cmdline") << command_line;
        std::ofstream(proc_ / name / "cgroup") << "0::" << cgroup << "\n";
        std::ofstream(proc_ / name / "comm") << "fairway\n";
    }

    const fs::path proc_ = fs::temp_directory_path() / ("fairway-proc-" + std::to_string(::getpid()));
};

TEST_F(WaitShutdown, ProcessOneIsTheControllerOfTheContainer) {
    add("1", std::string_view("/nginx-ingress-controller\0--v=2\0", 32));
    add("self", "/wait-shutdown");
    add("17", kController);  // of another container, seen with hostPID
    EXPECT_EQ(serving_processes(proc_), Pids{1});
}

TEST_F(WaitShutdown, InASharedProcessNamespaceItIsTheOneInOurCgroup) {
    add("1", "/pause");
    add("self", "/wait-shutdown");
    add("9", std::string_view("/usr/bin/fairway\0version\0", 25));
    add("12", kController);
    add("13", kController, "/pod/b");
    add("net", kController);
    EXPECT_EQ(serving_processes(proc_), Pids{12});
}

TEST_F(WaitShutdown, NobodyServes) {
    add("1", "/pause");
    add("self", "/wait-shutdown");
    EXPECT_EQ(serving_processes(proc_), Pids{});
}

TEST_F(WaitShutdown, IsOverWhenTheProcessShowsItOrHasEnded) {
    add("1", kController);
    EXPECT_FALSE(has_drained(proc_, 1));
    std::ofstream(proc_ / "1" / "comm") << kDrainedName << "\n";
    EXPECT_TRUE(has_drained(proc_, 1));
    EXPECT_TRUE(has_drained(proc_, 2));
    EXPECT_LE(std::string_view(kDrainedName).size(), 15U) << "the kernel cuts longer names";
}

}  // namespace
}  // namespace fairway::app
