// exec with real programs: exit codes, floods, and processes that must not outlive their probe.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ingress/probes/attempt_fixture.hpp"
#include "ingress/temp_folder.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;

class ExecProbeTest : public AttemptTest {
protected:
    /// Whatever became of them, no program stays a zombie.
    void TearDown() override {
        EXPECT_TRUE(comes_true([&] {
            siginfo_t none{};
            return ::waitid(P_ALL, 0, &none, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD;
        }));
    }

    ProbeOutcome run(const std::vector<std::string>& command) {
        return outcome_of(start_exec_probe(io, command, tell()));
    }
    ProbeOutcome shell(const std::string& script) { return run({"/bin/sh", "-c", script}); }

    /// A process number that a script wrote into a file; 0: not yet.
    pid_t pid_in(const std::string& file) const {
        std::ifstream in(folder / file);
        pid_t pid = 0;
        std::string end;
        return in >> pid && std::getline(in, end) ? pid : 0;
    }
    static bool lives(pid_t pid) {
        std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
        std::string ignored;
        char state = 'X';
        stat >> ignored >> ignored >> state;
        return stat.good() && state != 'Z' && state != 'X';
    }

    TempFolder folder;
};

TEST_F(ExecProbeTest, ExitCodeDecides) {
    EXPECT_EQ(run({"true"}).result, ProbeResult::success);
    const auto failed = shell("echo not yet; exit 3");
    EXPECT_EQ(failed.result, ProbeResult::failure);
    EXPECT_EQ(failed.message, "/bin/sh ended with exit code 3: not yet");
    EXPECT_EQ(shell("echo fine; echo really >&2").message, "fine really");
}

TEST_F(ExecProbeTest, DeathBySignalIsFailure) {
    EXPECT_THAT(shell("kill -TERM $$").message, HasSubstr("ended by signal 15"));
}

TEST_F(ExecProbeTest, MissingProgramIsFailure) {
    const auto outcome = run({"/no/such/program", "argument"});
    EXPECT_EQ(outcome.result, ProbeResult::failure);
    EXPECT_EQ(outcome.message, "cannot run /no/such/program: No such file or directory");
}

TEST_F(ExecProbeTest, NoShellReadsTheArguments) {
    EXPECT_EQ(run({"printf", "%s", "$HOME; exit 1 *"}).message, "$HOME; exit 1 *");
}

TEST_F(ExecProbeTest, EnvironmentAndDescriptorsAreNotInherited) {
    ::setenv("FAIRWAY_TEST_SECRET", "swordfish", 1);
    const auto variables = run({"env"});
    EXPECT_THAT(variables.message, HasSubstr("PATH="));
    EXPECT_THAT(variables.message, testing::Not(HasSubstr("swordfish")));
    // 0, 1, 2, and the one that ls itself has open on the folder.
    EXPECT_EQ(shell("ls /proc/self/fd | wc -l").message, "4");
    EXPECT_EQ(shell("cat; readlink /proc/$$/fd/0").message, "/dev/null");
}

TEST_F(ExecProbeTest, FloodOfOutputIsBounded) {
    const auto outcome = shell("head -c 1000000 /dev/zero | tr '\\0' x");
    EXPECT_EQ(outcome.result, ProbeResult::success);
    EXPECT_LT(outcome.message.size(), 1100u);
}

TEST_F(ExecProbeTest, ControlCharactersAreNotShown) { EXPECT_EQ(shell("printf 'a\\033[31m\\nb'").message, "a [31m b"); }

TEST_F(ExecProbeTest, DestroyedAttemptKillsTheWholeGroup) {
    const auto file = (folder / "pid").native();
    auto started = start_exec_probe(
        io, {"/bin/sh", "-c", "trap '' TERM; (sleep 1000 & echo $! > " + file + "; wait); sleep 1000"}, tell());
    ASSERT_TRUE(comes_true([&] { return pid_in("pid") != 0; }));
    const auto grandchild = pid_in("pid");
    EXPECT_TRUE(lives(grandchild));
    started = ProbeOutcome();
    EXPECT_TRUE(comes_true([&] { return !lives(grandchild); }));
    EXPECT_FALSE(told);
}

TEST_F(ExecProbeTest, NothingIsLeftBehindWhenTheProgramEnds) {
    const auto file = (folder / "pid").native();
    const auto outcome = shell("sleep 1000 & echo $! > " + file);
    EXPECT_EQ(outcome.result, ProbeResult::success) << "a child that holds the output open does not delay the end";
    EXPECT_TRUE(comes_true([&] { return !lives(pid_in("pid")); }));
}

}  // namespace
}  // namespace fairway::ingress::test
