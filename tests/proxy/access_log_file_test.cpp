#include "proxy/access_log/log_file.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "proxy/access_log_output.hpp"

namespace fairway::proxy {
namespace {

using namespace std::chrono_literals;

/// While it lives, the process's stdout is `descriptor`.
class StdoutAs {
public:
    explicit StdoutAs(int descriptor) : kept_(dup(STDOUT_FILENO)) { dup2(descriptor, STDOUT_FILENO); }
    ~StdoutAs() {
        dup2(kept_, STDOUT_FILENO);
        close(kept_);
    }
    StdoutAs(const StdoutAs&) = delete;
    StdoutAs& operator=(const StdoutAs&) = delete;

private:
    int kept_;
};

LogFile open_as_stdout(int descriptor, const std::string& path) {
    const StdoutAs stdout_as(descriptor);
    return LogFile::open(path).value();
}

std::string read_now(int descriptor) {
    char buffer[4096];
    const ssize_t size = recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size >= 0) return {buffer, static_cast<std::size_t>(size)};
    return {};
}

TEST(LogFile, StdoutHasItsNamesOfIngressNginx) {
    for (const char* path : {"/dev/stdout", "/var/log/nginx/access.log", ""}) {
        int ends[2];
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        {
            LogFile file = open_as_stdout(ends[1], path);
            EXPECT_EQ(file.write_some("line\n", 1s).bytes, 5U) << path;
        }
        EXPECT_EQ(read_now(ends[0]), "line\n") << path;
        close(ends[0]);
        close(ends[1]);
    }
}

TEST(LogFile, SharesTheOffsetOfARedirectedStdout) {
    TemporaryFolder folder;
    const int descriptor = open(folder.file("out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    LogFile file = open_as_stdout(descriptor, "/dev/stdout");
    ASSERT_EQ(write(descriptor, "one\n", 4), 4);
    EXPECT_EQ(file.write_some("two\n", 1s).bytes, 4U);
    ASSERT_EQ(write(descriptor, "three\n", 6), 6);
    close(descriptor);
    EXPECT_EQ(content_of(folder.file("out")), "one\ntwo\nthree\n");
}

TEST(LogFile, AFullBlockingPipeTakesNothingAndDoesNotBlock) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    LogFile file = open_as_stdout(ends[1], "/dev/stdout");
    const std::string lines(4096, '\n');
    LogFile::Progress progress;
    std::size_t total = 0;
    while ((progress = file.write_some(lines, 10ms)).bytes > 0) total += progress.bytes;
    EXPECT_GE(total, 4096U);
    EXPECT_EQ(progress.error, 0);
    EXPECT_EQ(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0) << "the mode of a shared stream is not ours to change";
    close(ends[0]);
    close(ends[1]);
}

TEST(LogFile, GivesAPipeWholeLinesInAtomicPieces) {
    TemporaryFolder folder;
    PipeReader reader(folder.file("pipe"));
    LogFile file = LogFile::open(folder.file("pipe")).value();
    const std::string lines =
        std::string(2999, 'a') + "\n" + std::string(999, 'b') + "\n" + std::string(999, 'c') + "\n";
    EXPECT_EQ(file.write_some(lines, 1s).bytes, 4000U);
}

TEST(LogFile, CreatesFilesReadableByAll) {
    TemporaryFolder folder;
    const auto path = folder.file("access.log");
    const mode_t before = umask(022);
    LogFile::open(path).value();
    umask(before);
    struct stat info{};
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0644U);
}

TEST(LogFile, SaysWhyItCannotBeOpened) {
    TemporaryFolder folder;
    const auto file = LogFile::open(folder.file("missing/access.log"));
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().message.find("No such file or directory; check access-log-path"), std::string::npos);
}

}  // namespace
}  // namespace fairway::proxy
