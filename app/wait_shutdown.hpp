// /wait-shutdown, the program that a container's preStop hook runs: asks Fairway to drain and returns when it has.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

namespace fairway::app {

/// The name that a process shows (`ps`, /proc/PID/comm) while it has drained and stays for its SIGTERM.
inline constexpr const char* kDrainedName = "fairway:drained";

/// The serving processes of this container: process 1 when it is one; otherwise (pods that share their process
/// namespace) those in the cgroup of the caller. Ascending.
/// @param proc  /proc, or a folder made like it.
std::vector<pid_t> serving_processes(const std::filesystem::path& proc);

/// Whether a process has ended, or shows kDrainedName.
bool has_drained(const std::filesystem::path& proc, pid_t pid);

}  // namespace fairway::app
