#include "app/cpu_count.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

namespace fairway::app {

namespace {

namespace fs = std::filesystem;

void keep_smaller(std::optional<double>& quota, std::optional<double> other) {
    if (other && (!quota || *other < *quota)) quota = other;
}

/// cgroup v2, cpu.max: "150000 100000", or "max 100000" for none.
std::optional<double> quota_v2(const fs::path& folder) {
    std::ifstream file(folder / "cpu.max");
    std::string limit;
    double period = 0;
    if (!(file >> limit >> period) || limit == "max" || period <= 0) return std::nullopt;
    return std::strtod(limit.c_str(), nullptr) / period;
}

/// cgroup v1: a quota of -1 is none.
std::optional<double> quota_v1(const fs::path& folder) {
    std::ifstream quota_file(folder / "cpu.cfs_quota_us");
    std::ifstream period_file(folder / "cpu.cfs_period_us");
    double quota = 0;
    double period = 0;
    if (!(quota_file >> quota) || !(period_file >> period) || quota <= 0 || period <= 0) return std::nullopt;
    return quota / period;
}

/// Inside a container the path of /proc/self/cgroup may not exist under its own mount: then only the root is there.
template <class Read>
std::optional<double> smallest_quota(const fs::path& root, const std::string& group, Read read) {
    std::optional<double> smallest = read(root);
    fs::path folder = root;
    for (const fs::path& part : fs::path(group).relative_path()) {
        folder /= part;
        keep_smaller(smallest, read(folder));
    }
    return smallest;
}

/// Whether the list of v1 controllers "cpu,cpuacct" names cpu.
bool names_cpu(const std::string& controllers) { return ("," + controllers + ",").find(",cpu,") != std::string::npos; }

}  // namespace

std::optional<double> cpu_quota(const fs::path& proc_cgroup, const fs::path& cgroup_root) {
    std::optional<double> smallest;
    std::ifstream file(proc_cgroup);
    // A line is "0::/path" for v2 and "4:cpu,cpuacct:/path" for v1.
    for (std::string line; std::getline(file, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string group = line.substr(second + 1);
        if (controllers.empty())
            keep_smaller(smallest, smallest_quota(cgroup_root, group, quota_v2));
        else if (names_cpu(controllers))
            keep_smaller(smallest, smallest_quota(cgroup_root / "cpu", group, quota_v1));
    }
    return smallest;
}

unsigned allowed_cpus() {
    unsigned cpus = std::max(1U, std::thread::hardware_concurrency());
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) == 0) cpus = std::max(1, CPU_COUNT(&set));
    if (const auto quota = cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup"))
        cpus = std::min(cpus, std::max(1U, static_cast<unsigned>(std::ceil(*quota))));
    return cpus;
}

}  // namespace fairway::app
