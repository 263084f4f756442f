#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "ingress/probes/attempt.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kMostOutput = 10 * 1024;  // the kubelet's maxReadLength
constexpr std::size_t kMostShown = 1024;        // of it, in a message
constexpr std::chrono::milliseconds kFloodPause{2};

std::string error_text(int error) { return std::generic_category().message(error); }

/// What a program may know of our environment: nothing that could hold a secret.
std::vector<std::string> harmless_environment() {
    std::vector<std::string> out;
    for (const char* name : {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"})
        if (const char* const value = std::getenv(name)) out.push_back(fmt::format("{}={}", name, value));
    return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (auto& word : words) out.push_back(word.data());
    out.push_back(nullptr);
    return out;
}

/// posix_spawn's lists, freed with it. It runs no code of ours between fork and exec, so that it is safe in a process
/// with threads.
class SpawnPlan {
public:
    explicit SpawnPlan(int output) {
        posix_spawn_file_actions_init(&files_);
        posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);

        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setpgroup(&attributes_, 0);  // a group of its own, to be killed as one
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&files_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    /// @return an errno value; 0: it runs.
    int spawn(std::vector<std::string> command, pid_t& pid) const {
        auto environment = harmless_environment();
        const auto arguments = pointers_to(command);
        const auto variables = pointers_to(environment);
        return ::posix_spawnp(&pid, arguments[0], &files_, &attributes_, arguments.data(), variables.data());
    }

private:
    posix_spawn_file_actions_t files_;
    posix_spawnattr_t attributes_;
};

/// Output of a program for a line of text: one line, printable, short.
std::string shown(std::string_view output) {
    std::string out(output.substr(0, kMostShown));
    while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.pop_back();
    std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
    if (output.size() > kMostShown) out += "…";
    return out;
}

/// A running program. Lives until it is reaped, which may be after its attempt was destroyed.
class Process : public std::enable_shared_from_this<Process> {
public:
    Process(asio::io_context& io, pid_t pid, int pidfd, int output, std::string name, TellOutcome tell)
        : pid_(pid),
          pidfd_(io, pidfd),
          output_(io, output),
          name_(std::move(name)),
          tell_(std::move(tell)),
          pause_(io) {}

    void follow() {
        wait_for_end();
        read_output();
    }

    void abandon() {
        tell_ = nullptr;
        if (!reaped_) kill_group();
        close_output();
    }

    const std::string& name() const noexcept { return name_; }

private:
    void wait_for_end() {
        pidfd_.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                              if (!error) self->ended();
                          });
    }

    void read_output() {
        output_.async_read_some(asio::buffer(buffer_),
                                [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
                                    if (error) return;
                                    self->keep(size);
                                    if (self->reaped_) return;
                                    if (self->text_.size() < kMostOutput)
                                        self->read_output();
                                    else
                                        self->read_more_later();
                                });
    }

    /// What is beyond the limit is read too, or the program would wait for somebody to read it; but at a pace that
    /// leaves the control thread to others.
    void read_more_later() {
        pause_.expires_after(kFloodPause);
        pause_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error && self->output_.is_open()) self->read_output();
        });
    }

    void keep(std::size_t size) { text_.append(buffer_.data(), std::min(size, kMostOutput - text_.size())); }

    void ended() {
        const auto wait = [&](int also) { return ::waitid(P_PID, static_cast<id_t>(pid_), &how_, WEXITED | also); };
        if (wait(WNOHANG | WNOWAIT) == 0 && how_.si_pid == 0) {  // a wake-up without a reason
            wait_for_end();
            return;
        }
        // The dead leader is not reaped yet, so nobody else can have got its number.
        kill_group();
        wait(WNOHANG);
        reaped_ = true;
        // After what has been read already and waits to be kept.
        asio::post(pidfd_.get_executor(), [self = shared_from_this()] { self->conclude(); });
    }

    void conclude() {
        if (!tell_) return;
        read_rest();
        close_output();
        std::exchange(tell_, nullptr)(judge());
    }

    /// Kills what the program has started, too; whoever left the group by setsid(2) escapes.
    void kill_group() const { ::kill(-pid_, SIGKILL); }

    void read_rest() {
        boost::system::error_code error;
        output_.non_blocking(true, error);
        while (!error && text_.size() < kMostOutput)
            if (const auto size = output_.read_some(asio::buffer(buffer_), error); !error) keep(size);
    }

    void close_output() {
        boost::system::error_code ignored;
        output_.close(ignored);
        pause_.cancel();
    }

    ProbeOutcome judge() const {
        const auto said = shown(text_);
        if (how_.si_code != CLD_EXITED)
            return probe_failure(fmt::format("{} was ended by signal {}: {}", name_, how_.si_status, said));
        if (how_.si_status != 0)
            return probe_failure(fmt::format("{} ended with exit code {}: {}", name_, how_.si_status, said));
        return probe_success(said);
    }

    pid_t pid_;
    asio::posix::stream_descriptor pidfd_;
    asio::posix::stream_descriptor output_;
    std::string name_;
    TellOutcome tell_;
    asio::steady_timer pause_;
    std::array<char, 16384> buffer_;
    std::string text_;
    siginfo_t how_{};
    bool reaped_ = false;
};

class ExecAttempt : public Attempt {
public:
    explicit ExecAttempt(std::shared_ptr<Process> process) : process_(std::move(process)) {}
    ~ExecAttempt() override { process_->abandon(); }
    std::string doing() const override { return fmt::format("waiting for {} to end", process_->name()); }

private:
    std::shared_ptr<Process> process_;
};

}  // namespace

Started start_exec_probe(asio::io_context& io, const std::vector<std::string>& command, TellOutcome tell) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return ProbeOutcome{ProbeResult::unknown, "no pipe: " + error_text(errno)};
    const auto name = shown(command.front());
    pid_t pid = 0;
    const auto error = SpawnPlan(pipe[1]).spawn(command, pid);
    ::close(pipe[1]);
    if (error != 0) {
        ::close(pipe[0]);
        const bool ours = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
        return ProbeOutcome{ours ? ProbeResult::unknown : ProbeResult::failure,
                            fmt::format("cannot run {}: {}", name, error_text(error))};
    }
    // glibc 2.36 declares pidfd_open() without C linkage, so that C++ cannot call it.
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (pidfd < 0) {
        const auto why = error_text(errno);
        ::close(pipe[0]);
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);  // at once: it has just been killed
        return ProbeOutcome{ProbeResult::unknown, "no pidfd: " + why};
    }
    const auto process = std::make_shared<Process>(io, pid, pidfd, pipe[0], name, std::move(tell));
    process->follow();
    return std::make_unique<ExecAttempt>(process);
}

}  // namespace fairway::ingress
