// How many CPUs this process may use: by affinity (sched_setaffinity, cpuset) and by the CPU quota of its cgroup.
#pragma once

#include <filesystem>
#include <optional>

namespace fairway::app {

/// At least 1. A quota of 1.5 CPUs counts as 2.
unsigned allowed_cpus();

/// The smallest CPU quota of a cgroup and those above it, in CPUs; nothing when there is none. cgroup v2 (cpu.max) and
/// v1 (cpu.cfs_quota_us).
/// @param proc_cgroup  the file /proc/self/cgroup. @param cgroup_root  /sys/fs/cgroup.
std::optional<double> cpu_quota(const std::filesystem::path& proc_cgroup, const std::filesystem::path& cgroup_root);

}  // namespace fairway::app
