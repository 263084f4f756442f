#include "app/wait_shutdown.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "app/commands.hpp"

namespace fairway::app {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookInterval{50};

/// Empty when the process has ended meanwhile.
std::string contents(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// The words of a command line as /proc has it, each with a zero behind it.
std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        words.emplace_back(text.c_str() + at);
        at += words.back().size() + 1;
    }
    return words;
}

bool serves(const fs::path& process) {
    const auto words = words_of(contents(process / "cmdline"));
    if (words.empty()) return false;
    const std::string program = fs::path(words[0]).filename();
    if (program == "nginx-ingress-controller") return true;
    return program == "fairway" && words.size() > 1 &&
           (words[1] == "controller" || words[1] == "run" || words[1] == "demo");
}

std::optional<pid_t> pid_of(const fs::path& process) {
    const std::string name = process.filename();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
    return pid;
}

}  // namespace

std::vector<pid_t> serving_processes(const fs::path& proc) {
    if (serves(proc / "1")) return {1};
    const std::string ours = contents(proc / "self" / "cgroup");
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator(proc)) {
        const auto pid = pid_of(entry.path());
        if (pid && serves(entry.path()) && contents(entry.path() / "cgroup") == ours) found.push_back(*pid);
    }
    std::ranges::sort(found);
    return found;
}

bool has_drained(const fs::path& proc, pid_t pid) {
    const std::string name = contents(proc / std::to_string(pid) / "comm");
    return name.empty() || name == std::string(kDrainedName) + "\n";
}

int wait_shutdown(const WaitShutdownCommand& command) {
    const fs::path proc = "/proc";
    const auto pids = command.pid ? std::vector<pid_t>{*command.pid} : serving_processes(proc);
    if (pids.empty()) throw std::runtime_error("wait-shutdown: no serving fairway runs in this container");
    for (const pid_t pid : pids)
        if (::kill(pid, SIGUSR2) != 0 && errno != ESRCH)
            throw std::runtime_error(
                fmt::format("wait-shutdown: cannot ask process {} to drain: {}", pid, std::strerror(errno)));
    while (!std::ranges::all_of(pids, [&](pid_t pid) { return has_drained(proc, pid); }))
        std::this_thread::sleep_for(kLookInterval);
    return 0;
}

}  // namespace fairway::app
